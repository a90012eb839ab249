import { createEmulator } from "../src/index.ts";
import { assertionCases } from "./assertion-cases.ts";

declare const Deno: { test(name: string, run: () => Promise<void>): void };

for (const [name, run] of Object.entries(assertionCases)) Deno.test(name, () => run(createEmulator));
