import { spawn } from "node:child_process";

/** How a command is run. */
export interface RunOptions {
  readonly cwd: string;
  /** The whole environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds until it is ended. */
  readonly timeout?: number;
}

/** The groups that run now, to be ended if this process is. */
const running = new Set<number>();

/** Ends what runs. */
export function endAll(): void {
  for (const pid of running) endGroup(pid);
}

/**
 * Runs a program with its arguments, no shell between, and answers what it printed.
 *
 * @throws {Error} if it cannot be started, fails or takes too long, with all that it printed
 */
export async function run(command: readonly string[], options: RunOptions): Promise<string> {
  const [program = "", ...args] = command;
  // A group of its own, so that what it has started ends with it.
  const child = spawn(program, args, { ...options, timeout: undefined, detached: true });
  if (child.pid !== undefined) running.add(child.pid);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  child.stdin.end();
  const { promise, resolve, reject } = Promise.withResolvers<number | string>();
  child.on("error", reject);
  child.on("close", (status, signal) => resolve(status ?? String(signal)));
  const timeout = options.timeout ?? 240_000;
  const timer = setTimeout(() => {
    output += `\nended after ${timeout / 1000} s`;
    endGroup(child.pid);
  }, timeout);
  try {
    const status = await promise;
    if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}\n${output.trim()}`);
    return output;
  } finally {
    clearTimeout(timer);
    if (child.pid !== undefined) running.delete(child.pid);
  }
}

/** Ends a process that leads a group, and all in that group. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
