import { createEmulator } from "@intercom-events/emulator";
import { afterAll, it } from "vitest";
import { conformanceCases } from "../../core/tests/conformance.ts";
import { CONFORMANCE_EMULATOR } from "../../core/tests/conformance-emulator.ts";
import { createClient } from "./index.ts";

const emulator = createEmulator(CONFORMANCE_EMULATOR);
const { url } = await emulator.listen();
afterAll(() => emulator.close());

for (const { name, run } of conformanceCases({ createClient, url })) it(name, run);
