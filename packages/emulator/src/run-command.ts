import { spawn } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";
import { isatty } from "node:tty";

/** A command to run, and what is added to its environment. */
export interface Command {
  readonly command: readonly [name: string, ...args: string[]];
  readonly environment: Readonly<Record<string, string>>;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A terminal interrupts all that runs in it, and many programs stop at a second interrupt without cleaning up. */
const hasItAlready = (signal: string): boolean => signal === "SIGINT" && isatty(0);

/**
 * Runs a command with this process's input, output and signals, and resolves to its exit code: 128
 * and the signal's number when one ended it, as shells say.
 * @throws Error when it cannot be started
 */
export function runCommand({ command: [name, ...args], environment }: Command): Promise<number> {
  const child = spawn(name, args, {
    stdio: "inherit",
    env: { ...process.env, ...environment },
    shell: process.platform === "win32", // where npm, npx and the like are scripts
  });
  const hand = signals.map((signal) => ({
    signal,
    on: () => void (hasItAlready(signal) || child.kill(signal)),
  }));
  for (const { signal, on } of hand) process.on(signal, on);
  return new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGTERM"]));
  }).finally(() => {
    for (const { signal, on } of hand) process.off(signal, on);
  });
}
