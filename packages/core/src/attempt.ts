import { Cancellation } from "./cancellation.ts";
import type { Clock } from "./clock.ts";
import type { ReadReply } from "./transport.ts";
import type { Verdict } from "./verdict.ts";

/** What came of one call: the verdict, and the reply if there was one. */
export interface Attempt {
  readonly verdict: Verdict;
  readonly reply?: ReadReply;
  /** The reply's `X-Request-Id`, without the token. */
  readonly requestId?: string | undefined;
}

/** What each attempt needs besides its call. */
export interface AttemptOptions {
  /** Milliseconds for everything: the token, the connection and the whole reply. */
  readonly timeout: number;
  readonly clock: Clock;
  /** Reads a reply; what it throws means that the reply is none. */
  readonly judge: (reply: ReadReply) => Attempt;
  /** Takes the access token out of what the call has thrown. */
  readonly redact?: (cause: unknown) => unknown;
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
 */
export function startAttempt(
  call: (cancellation: Cancellation) => Promise<ReadReply>,
  { timeout, clock, judge, redact = (cause) => cause }: AttemptOptions,
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
    const end = (reply: ReadReply): void => {
      cancel();
      try {
        reply.headers.get("date"); // Headers that cannot be read are noticed here, and not by whoever needs them.
        resolve(judge(reply));
      } catch (cause) {
        fail(cause); // The transport's reply is none.
      }
    };
    const fail = (cause: unknown): void => {
      cancel();
      resolve({ verdict: { kind: "unreachable", cause: redact(cause) } });
    };
    call(cancellation).then(end, fail);
  });
  return { result, abort: () => abort() };
}
