import { vectorCases } from "./vectors.ts";

for (const { name, run } of vectorCases()) Deno.test(name, run);
