import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, dirname, join } from "node:path";
import { descendantsOf } from "../../tools/processes.ts";

/** A script of an example that runs. */
export interface Running extends AsyncDisposable {
  /** What it has printed so far. */
  readonly output: () => string;
  /** How it ended, by itself. */
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
  /** The address it prints once it listens. */
  readonly address: () => Promise<string>;
  /** Asks the program that it runs to end. Known on Linux alone. */
  readonly terminate: () => void;
}

const ADDRESS = /https?:\/\/(?:localhost|127\.0\.0\.1):\d+/;

/** Colours in what is printed, which would split addresses. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what colours begin with.
const COLOURS = /\u001b\[[\d;]*m/g;

/** Where the runtimes are that whoever copies an example has: this Node, and the repository's Deno and Bun. */
const RUNTIMES: readonly string[] = [
  dirname(process.execPath),
  join(import.meta.dirname, "../../node_modules/.bin"),
];

/** What programs under test know of the world: nothing but where things are, and an emulator to talk to. */
function environment(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH = "", HOME, TMPDIR } = process.env;
  return { PATH: [...RUNTIMES, PATH].join(delimiter), HOME, TMPDIR, NO_COLOR: "1", ...env };
}

/** Ends a process with all it has started, which are a process group of their own. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const exit = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // All have ended.
  }
  await exit;
}

/** Runs a command in a folder, such as `npm start`. */
export function runScript(
  directory: string,
  [command, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn(command, args, {
    cwd: directory,
    env: environment(env),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const read = (text: string) => {
    output += text.replaceAll(COLOURS, "");
  };
  child.stdout.setEncoding("utf8").on("data", read);
  child.stderr.setEncoding("utf8").on("data", read);
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once("error", (error) => resolve({ code: null, output: `${output}${error.message}` }));
    child.once("close", (code) => resolve({ code, output }));
  });

  return {
    output: () => output,
    ended,
    address: () =>
      new Promise((resolve, reject) => {
        const look = () => {
          const [address] = ADDRESS.exec(output) ?? [];
          if (address !== undefined) resolve(address);
        };
        child.stdout.on("data", look);
        child.stderr.on("data", look);
        look();
        ended.then(({ code }) => reject(new Error(`It ended with ${code} and printed:\n${output}`)));
      }),
    terminate() {
      // The last one, as npm and its shell hand no signal on to it.
      const program = child.pid === undefined ? undefined : descendantsOf(child.pid).at(-1);
      if (program) process.kill(program.pid, "SIGTERM");
    },
    [Symbol.asyncDispose]: () => end(child),
  };
}
