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
  child.once("exit", () => running.delete(child));
  await next(child, file);
  return {
    async ask<Answer>(question: unknown): Promise<Answer> {
      // A benchmark that was given up may still ask: it ends here.
      if (!child.connected) throw new Error(`${file} has ended`);
      child.send({ question });
      return (await next(child, file)) as Answer;
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

async function next(child: ChildProcess, file: string): Promise<unknown> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const message = once(child, "message", { signal });
  const exit = once(child, "exit", { signal }).then(([code, by]) => {
    throw new Error(`${file} has ended: ${code ?? by}`);
  });
  try {
    const [received] = (await Promise.race([message, exit])) as [Message];
    if ("error" in received) throw new Error(`${file}: ${received.error}`);
    return received.answer;
  } finally {
    for (const other of [message, exit]) other.catch(() => undefined); // The one that lost is aborted.
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
