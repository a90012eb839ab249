import type { Cancellation } from "./cancellation.ts";
import type { Clock } from "./clock.ts";
import { resolveToken, type Token } from "./token.ts";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;

/** The token of each call, and word of the next one; {@link createTokenSource}. */
export interface TokenSource {
  /** Makes a call with the current token. Nothing is sent if the call is over before there is one. */
  use<T>(call: (token: string) => Promise<T>, cancellation: Cancellation): Promise<T>;
  /** Tells that a token was refused. */
  refuse(token: string): void;
  /**
   * Asks from time to time, first after a second and then more rarely, until the token is another than
   * the last one refused. A token that is a string never is.
   *
   * @returns ends the watch
   */
  watch(changed: () => void): () => void;
}

/**
 * The tokens of a client, the last refused one of which is remembered, in memory alone.
 *
 * @param failed told of a call that had no token
 */
export function createTokenSource(token: Token, clock: Clock, failed: (error: unknown) => void): TokenSource {
  if (typeof token === "string")
    return { use: (call) => call(token), refuse: () => undefined, watch: () => () => undefined };
  let lastRefused: string | undefined;

  async function use<T>(call: (token: string) => Promise<T>, cancellation: Cancellation): Promise<T> {
    let current: string;
    let isAsked = true;
    cancellation.listen(() => {
      // Else it would read as if Intercom said nothing.
      if (isAsked)
        failed(
          new Error('Cannot get the access token: the function given as "token" has not answered in time'),
        );
    });
    try {
      current = await resolveToken(token as Exclude<Token, string>);
    } catch (error) {
      failed(error);
      throw error;
    } finally {
      isAsked = false;
    }
    cancellation.signal.throwIfAborted(); // The call is over; what is sent now would be sent in secret.
    return call(current);
  }

  function watch(changed: () => void): () => void {
    const refused = lastRefused;
    let isOver = false;
    let cancel = (): void => undefined;
    const askIn = (wait: number): void => {
      cancel = clock.after(wait, async () => {
        askIn(Math.min(wait * 2, LONGEST_WAIT)); // Before there is an answer, as there may never be one.
        const current = await resolveToken(token as Exclude<Token, string>).catch(() => refused);
        if (isOver || current === refused) return;
        isOver = true;
        cancel();
        changed();
      });
    };
    askIn(FIRST_WAIT);
    return () => {
      isOver = true;
      cancel();
    };
  }

  return {
    use,
    refuse(refused) {
      lastRefused = refused;
    },
    watch,
  };
}
