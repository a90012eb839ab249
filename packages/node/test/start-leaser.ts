import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { Worker } from "node:worker_threads";

const SCRIPT = join(import.meta.dirname, "lease-child.ts");
/** How a Node.js runs the sources of this repository. */
export const OPTIONS = ["--no-warnings", "--conditions=@intercom-events/source"];

/** Somebody who leased all that was free in a file, and lives on. */
export interface Leaser {
  /** How much that was. */
  readonly leased: number;
  /** Ends it without letting it do anything. */
  kill(): Promise<void>;
}

/** A process that leases. */
export interface LeasingProcess extends Leaser {
  readonly child: ChildProcess;
}

/** Starts a process that leases all that is free in a file, in this Node unless told otherwise. */
export async function startLeaser(
  path: string,
  runtime: readonly string[] = [process.execPath, ...OPTIONS],
): Promise<LeasingProcess> {
  const [command = "", ...options] = runtime;
  const child = spawn(command, [...options, SCRIPT, path], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  return {
    child,
    leased: await leasedBy(child.stdout),
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Starts a thread that does. */
export async function startLeasingThread(path: string): Promise<Leaser> {
  const worker = new Worker(SCRIPT, { argv: [path], execArgv: OPTIONS, stdout: true });
  return {
    leased: await leasedBy(worker.stdout),
    async kill() {
      await worker.terminate();
    },
  };
}

async function leasedBy(stdout: Readable): Promise<number> {
  for await (const line of stdout.iterator({ destroyOnReturn: false })) {
    return Number(/^leased (\d+)$/m.exec(String(line))?.[1]);
  }
  throw new Error("It has ended and leased nothing");
}
