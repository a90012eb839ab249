import type { Clock } from "./clock.ts";
import { messageOf } from "./describe.ts";
import type { OutboxError, OutboxErrorCode } from "./outbox.ts";

/** Says what an outbox cannot do; {@link createOutboxTrouble}. */
export interface OutboxTrouble {
  /** Tells why it cannot do something, and what that is: `read events`. */
  tell(error: unknown, what: string): void;
  /** Tells that it does not answer. */
  tellQuiet(): void;
  /** Tells that it has done something. */
  works(what: string): void;
}

/** Milliseconds after which the same is said again, if it has worked meanwhile. */
const PAUSE = 60_000;

/** @param warn told, in words, what the outbox cannot do: once, and again once that has worked in between */
export function createOutboxTrouble(clock: Clock, warn: (message: string) => void): OutboxTrouble {
  /** When each was said, and whether it has worked since. */
  const said = new Map<string, { readonly at: number; works: boolean }>();

  function say(what: string, message: string): void {
    const last = said.get(what);
    const now = clock.now();
    if (last && (!last.works || now - last.at < PAUSE)) return;
    said.set(what, { at: now, works: false });
    warn(message);
  }

  function works(what: string): void {
    const last = said.get(what);
    if (last) last.works = true;
  }

  return {
    tell(error, what) {
      const code = codeOf(error) ?? "failed";
      // An outbox that cannot be used at all can do none of it, and says so once.
      const cannot = code === "failed" || code === "full" ? what : UNUSABLE;
      say(cannot, `The outbox cannot ${cannot}: ${messageOf(error)}`);
    },
    tellQuiet: () => say(QUIET, "The outbox has not answered for 10 seconds; events wait for it"),
    works(what) {
      if (said.size === 0) return;
      for (const each of [what, UNUSABLE, QUIET]) works(each);
    },
  };
}

const UNUSABLE = "be used";
const QUIET = "answer";

/** Why an outbox has refused, if it says so; that of another copy of this package is no other. */
export function codeOf(error: unknown): OutboxErrorCode | undefined {
  try {
    const { name, code } = Object(error) as Partial<OutboxError>;
    return name === "OutboxError" ? code : undefined;
  } catch {
    return undefined; // It does not even say its name.
  }
}
