import { test } from "node:test";
import { createEmulator } from "../src/index.ts";
import { assertionCases } from "./assertion-cases.ts";

for (const [name, run] of Object.entries(assertionCases)) test(name, () => run(createEmulator));
