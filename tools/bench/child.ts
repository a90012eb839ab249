import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A process that answers one question at a time. */
export interface Child {
  ask<Answer>(question: unknown): Promise<Answer>;
  /** Ends it. */
  end(): void;
}

type Message = { readonly answer: unknown } | { readonly error: string };

/** Those that have not ended. */
const running = new Set<ChildProcess>();

/**
 * Starts a program of this folder that calls {@link answer}, and waits until it does. It ends with this
 * process at the latest.
 *
 * @param file its name, such as `track-child.ts`
 * @param execArgv options of Node itself, in place of this process's
 */
export async function startChild(
  file: string,
  args: readonly string[] = [],
  execArgv: readonly string[] = process.execArgv,
): Promise<Child> {
  const child = fork(new URL(file, import.meta.url), args, { execArgv: [...execArgv] });
  running.add(child);
  // Listened for from the start, as it may end before it is asked.
  const ended = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("exit", (code, by) => {
      running.delete(child);
      reject(new Error(`${file} has ended: ${code ?? by}`));
    });
  });
  ended.catch(() => undefined); // It may end without being asked.
  await next(child, file, ended);
  return {
    async ask<Answer>(question: unknown): Promise<Answer> {
      // A benchmark that was given up may still ask: it ends here.
      if (!child.connected) throw new Error(`${file} has ended`);
      // That a question could not be sent is no error of its own: its process has ended.
      child.send({ question }, () => undefined);
      return (await next(child, file, ended)) as Answer;
    },
    end() {
      if (child.connected) child.disconnect();
    },
  };
}

/** Milliseconds a process has to tidy up once it was told to end. */
const TIDYING = 5000;

/**
 * Ends all that were started and have not ended. Those that were told to end may tidy up first; the others,
 * after a benchmark that failed, end whatever they are doing.
 */
export async function endChildren(): Promise<void> {
  const ended = Array.from(running, async (child) => {
    const exit = once(child, "exit");
    if (child.connected) child.kill("SIGKILL");
    const timer = setTimeout(() => child.kill("SIGKILL"), TIDYING);
    await exit;
    clearTimeout(timer);
  });
  await Promise.all(ended);
}

/** What it says next, or that it has ended. */
async function next(child: ChildProcess, file: string, ended: Promise<never>): Promise<unknown> {
  const waiting = new AbortController();
  const message = once(child, "message", { signal: waiting.signal });
  try {
    const [received] = (await Promise.race([message, ended])) as [Message];
    if ("error" in received) throw new Error(`${file}: ${received.error}`);
    return received.answer;
  } finally {
    message.catch(() => undefined); // Aborted, where it has ended first.
    waiting.abort();
  }
}

/** In a child: answers the questions of its parent, the first of them being whether it is there. */
export function answer<Question>(handle: (question: Question) => unknown): void {
  process.on("disconnect", () => process.exit());
  process.on("message", async (message) => {
    const { question } = message as { readonly question: Question };
    try {
      process.send?.({ answer: await handle(question) });
    } catch (error) {
      process.send?.({ error: error instanceof Error ? error.stack : String(error) });
    }
  });
  process.send?.({ answer: "ready" });
}
