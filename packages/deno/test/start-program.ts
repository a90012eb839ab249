import { fileURLToPath } from "node:url";

/** How a program ended, and what it said. */
interface Ended {
  readonly status: number;
  readonly signal: string | null;
  readonly output: string;
  readonly errors: string;
}

/** A program in a process of its own. */
export interface RunningProgram {
  /** Resolves once it has said so, and rejects if it ends before. */
  said(words: string): Promise<void>;
  readonly ended: Promise<Ended>;
  kill(signal: Deno.Signal): void;
}

/** Milliseconds after which a program that should have ended is killed. */
const LIMIT = 40_000;

/**
 * Runs the text of a module, which imports as if it lay in this folder, in a Deno of its own.
 *
 * @param flags the permissions it is to have, and others of `deno run`
 */
export function startProgram(text: string, ...flags: readonly string[]): RunningProgram {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", "--no-check", "--ext=ts", ...flags, "-"],
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT);
  let [output, errors] = ["", ""];
  let hear = (): void => undefined;

  async function read(stream: ReadableStream<Uint8Array<ArrayBuffer>>, take: (part: string) => void) {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) take(part);
  }

  async function end(): Promise<Ended> {
    await Promise.all([
      read(child.stdout, (part) => {
        output += part;
        hear();
      }),
      read(child.stderr, (part) => {
        errors += part;
      }),
    ]);
    const { code, signal } = await child.status;
    clearTimeout(limit);
    return { status: code, signal, output, errors };
  }

  const ended = end();

  async function said(words: string): Promise<void> {
    while (!output.includes(words)) {
      const more = new Promise<void>((resolve) => {
        hear = resolve;
      });
      const isOver = await Promise.race([more, ended]);
      if (isOver && !output.includes(words)) throw new Error(`It never said "${words}": ${output}${errors}`);
    }
  }

  const writer = child.stdin.getWriter();
  writer.write(new TextEncoder().encode(text)).then(() => writer.close());
  return { said, ended, kill: (signal) => child.kill(signal) };
}
