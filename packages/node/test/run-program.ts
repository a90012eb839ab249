import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";

/** How a program has ended. */
export interface EndedProgram {
  /** `null` when a signal has ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
}

/** A program that runs. */
export interface RunningProgram {
  readonly child: ChildProcess;
  readonly ended: Promise<EndedProgram>;
  /** Resolves once the program has printed a text. @throws {Error} if it ends without */
  printed(text: string): Promise<void>;
}

const source = join(import.meta.dirname, "../src");

/** How a program is bundled and started. */
export interface ProgramOptions {
  /** A command that runs the command given to it. */
  readonly within?: readonly string[];
  /** What the bundle is like, if not a script whose undici is external: as for users, a bundle would load it at once. */
  readonly bundle?: Pick<BuildOptions, "format" | "external" | "banner">;
}

/**
 * Starts a program in a Node of its own, with this package bundled into it.
 *
 * @param program TypeScript that may require "./index.ts"
 */
export async function startProgram(
  program: string,
  { within = [], bundle = {} }: ProgramOptions = {},
): Promise<RunningProgram> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: source, loader: "ts" },
    bundle: true,
    write: false,
    platform: "node",
    format: "iife",
    conditions: ["@intercom-events/source"],
    external: ["undici"],
    ...bundle,
  });
  const type = bundle.format === "esm" ? "module" : "commonjs";
  const node = [process.execPath, "--no-warnings=ExperimentalWarning", `--input-type=${type}`, "-"];
  const [command = "", ...args] = [...within, ...node];
  const child = spawn(command, args, {
    cwd: source,
    timeout: 40_000,
    killSignal: "SIGKILL",
  });
  let [output, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  child.stdin.end(outputFiles[0]?.text);
  const ended = once(child, "close").then(([status, signal]) => ({ status, signal, output, errors }));
  return {
    child,
    ended,
    async printed(text) {
      while (!output.includes(text)) {
        await Promise.race([once(child.stdout, "data"), ended]);
        if (output.includes(text) || child.exitCode === null) continue;
        throw new Error(`The program has ended without "${text}": ${output}${errors}`);
      }
    },
  };
}

/** Runs a program until it ends by itself. */
export async function runProgram(program: string, options?: ProgramOptions): Promise<EndedProgram> {
  return (await startProgram(program, options)).ended;
}
