import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A process that answers one question at a time. */
export interface Child {
  ask<Answer>(question: unknown): Promise<Answer>;
  /** Ends it. */
  end(): void;
}

type Message = { readonly answer: unknown } | { readonly error: string };

/**
 * Starts a program of this folder that calls {@link answer}, and waits until it does. It ends with this
 * process at the latest.
 *
 * @param file its name, such as `track-child.ts`
 */
export async function startChild(file: string, args: readonly string[] = []): Promise<Child> {
  const child = fork(new URL(file, import.meta.url), args);
  await next(child, file);
  return {
    async ask<Answer>(question: unknown): Promise<Answer> {
      child.send({ question });
      return (await next(child, file)) as Answer;
    },
    end: () => child.disconnect(),
  };
}

async function next(child: ChildProcess, file: string): Promise<unknown> {
  const message = once(child, "message");
  const exit = once(child, "exit").then(([code, signal]) => {
    throw new Error(`${file} has ended: ${code ?? signal}`);
  });
  const [received] = (await Promise.race([message, exit])) as [Message];
  if ("error" in received) throw new Error(`${file}: ${received.error}`);
  return received.answer;
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
