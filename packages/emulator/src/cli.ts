#!/usr/bin/env node
import manifest from "../package.json" with { type: "json" };
import { type CliRequest, helpText, parseCliArguments, type Serving } from "./cli-arguments.ts";
import { createEmulator } from "./create-emulator.ts";
import type { Emulator } from "./emulator.ts";
import { runCommand } from "./run-command.ts";
import { summariseRun } from "./summarise-run.ts";

const command = "intercom-events-emulator";

function fail(message: string, exitCode = 1): void {
  console.error(`${command}: ${message}`);
  process.exitCode = exitCode;
}

interface Listening {
  readonly emulator: Emulator;
  readonly url: string;
}

async function listen({ port, host, options }: Serving): Promise<Listening | undefined> {
  let emulator: Emulator;
  try {
    emulator = createEmulator(options);
  } catch (error) {
    fail((error as Error).message);
    return undefined;
  }
  try {
    return { emulator, url: (await emulator.listen(port, host)).url };
  } catch (error) {
    fail(`cannot listen on ${host}:${port}: ${(error as Error).message}`);
    await emulator.close();
    return undefined;
  }
}

async function serve(serving: Serving): Promise<void> {
  const listening = await listen(serving);
  if (!listening) return;
  console.log(`listening on ${listening.url}`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void listening.emulator.close());
}

async function exec(request: Extract<CliRequest, { kind: "exec" }>): Promise<void> {
  const listening = await listen(request);
  if (!listening) return;
  const { emulator, url } = listening;
  const environment = { INTERCOM_BASE_URL: url, INTERCOM_ACCESS_TOKEN: request.token };
  try {
    process.exitCode = await runCommand({ command: request.command, environment });
    // On the error output, so that the command's own output is what it would be without the emulator.
    console.error(`${command}: ${summariseRun(emulator.stats(), emulator.requests())}`);
  } catch (error) {
    fail(`cannot run ${request.command[0]}: ${(error as Error).message}`, 127);
  } finally {
    await emulator.close();
  }
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
    fail(`${request.message}\nSee ${command} --help`, 2);
    break;
  case "serve":
    await serve(request);
    break;
  case "exec":
    await exec(request);
    break;
  default:
    request satisfies never;
}
