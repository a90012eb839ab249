import { Cancellation } from "./cancellation.ts";
import { classifyResponse } from "./classify-response.ts";
import type { Clock } from "./clock.ts";
import type { ReadReply } from "./transport.ts";
import type { Verdict } from "./verdict.ts";

/** What came of one call: the verdict, and the reply if there was one. */
export interface Attempt {
  readonly verdict: Verdict;
  readonly reply?: ReadReply;
}

/** One call under way. */
export interface OpenAttempt {
  /** Never rejects. */
  readonly result: Promise<Attempt>;
  /** Ends the call at once, as if it had run out of time. */
  readonly abort: () => void;
}

/**
 * Makes one call and judges it. The call has the time given and no more, whether or not the
 * transport heeds the cancellation.
 *
 * @param call makes the call; its rejection means that nothing was said
 * @param timeout milliseconds for everything: the token, the connection and the whole reply
 */
export function startAttempt(
  call: (cancellation: Cancellation) => Promise<ReadReply>,
  timeout: number,
  clock: Clock,
): OpenAttempt {
  const cancellation = new Cancellation();
  let abort = (): void => undefined;
  const result = new Promise<Attempt>((resolve) => {
    abort = () => {
      cancel();
      resolve({ verdict: { kind: "timeout" } });
      cancellation.cancel();
    };
    const cancel = clock.after(timeout, abort);
    const judge = (reply: ReadReply): void => {
      cancel();
      try {
        reply.headers.get("date"); // Headers that cannot be read are noticed here, and not by whoever needs them.
        resolve({ verdict: classifyResponse(reply, clock.now()), reply });
      } catch (cause) {
        fail(cause); // The transport's reply is none.
      }
    };
    const fail = (cause: unknown): void => {
      cancel();
      resolve({ verdict: { kind: "unreachable", cause } });
    };
    call(cancellation).then(judge, fail);
  });
  return { result, abort: () => abort() };
}
