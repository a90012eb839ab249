#!/usr/bin/env node
import manifest from "../package.json" with { type: "json" };
import { type CliRequest, helpText, parseCliArguments } from "./cli-arguments.ts";
import { createEmulator } from "./create-emulator.ts";

const command = "intercom-events-emulator";

async function serve({ port, host, options }: Extract<CliRequest, { kind: "serve" }>): Promise<void> {
  const emulator = createEmulator(options);
  try {
    const { url } = await emulator.listen(port, host);
    console.log(`listening on ${url}`);
  } catch (error) {
    console.error(`${command}: cannot listen on ${host}:${port}: ${(error as Error).message}`);
    process.exitCode = 1;
    return;
  }
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void emulator.close());
}

const request = parseCliArguments(process.argv.slice(2));
switch (request.kind) {
  case "help":
    console.log(helpText.trimEnd());
    break;
  case "version":
    console.log(manifest.version);
    break;
  case "wrong":
    console.error(`${command}: ${request.message}\nSee ${command} --help`);
    process.exitCode = 2;
    break;
  case "serve":
    await serve(request);
    break;
  default:
    request satisfies never;
}
