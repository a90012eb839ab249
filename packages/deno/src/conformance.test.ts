import { conformanceCases } from "../../core/tests/conformance.ts";
import { createClient } from "./index.ts";

const [url] = Deno.args;
if (url === undefined) throw new Error("The address of the emulator must be the last argument");

for (const { name, run } of conformanceCases({ createClient, url })) Deno.test(name, run);
