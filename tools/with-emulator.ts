/**
 * Runs a command beside an emulator on a free loopback port, whose address it appends to the command:
 *
 *     node tools/with-emulator.ts deno test --allow-net=127.0.0.1    # … -- http://127.0.0.1:41234
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createEmulator } from "@intercom-events/emulator";
import { CONFORMANCE_EMULATOR } from "../packages/core/tests/conformance-emulator.ts";

const [command, ...args] = process.argv.slice(2);
if (command === undefined) {
  console.error("Usage: node tools/with-emulator.ts <command> [arguments]");
  process.exit(2);
}
const emulator = createEmulator(CONFORMANCE_EMULATOR);
const { url } = await emulator.listen();
const child = spawn(command, [...args, "--", url], { stdio: "inherit", shell: process.platform === "win32" });
const [status] = await once(child, "exit");
await emulator.close();
process.exitCode = status ?? 1;
