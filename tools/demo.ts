/**
 * `npm run demo`: sends the events of Intercom's documentation from Node, Deno and a page, and shows
 * what arrived.
 *
 *     node tools/demo.ts [--live] [--help]
 */
import { build } from "./demo/build.ts";
import { HELP, parseArguments } from "./demo/parse-arguments.ts";

async function main(): Promise<number> {
  const command = parseArguments(process.argv.slice(2), process.env);
  if (command.kind === "help") {
    console.log(HELP);
    return 0;
  }
  if (command.kind === "refused") {
    console.error(`${command.message}\n\n${HELP}`);
    return 2;
  }
  console.log("Building the packages …");
  build();
  // Not before: these import what was built.
  if (command.kind === "live") {
    const { runLive } = await import("./demo/run-live.ts");
    return (await runLive(command.options)) ? 0 : 1;
  }
  const { runOnEmulator } = await import("./demo/run-on-emulator.ts");
  return (await runOnEmulator()) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
// Nothing that is left open may keep the command from ending.
setTimeout(() => process.exit(), 5_000).unref();
