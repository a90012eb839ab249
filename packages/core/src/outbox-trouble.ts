import { messageOf } from "./describe.ts";
import { OutboxError } from "./outbox.ts";

/** Tells why an outbox cannot do something, and what that is: `read events`. */
export type TellTrouble = (error: unknown, what: string) => void;

/** @param warn told, in words, what the outbox cannot do, and of which kind that is */
export function createTellTrouble(warn: (kind: string, message: string) => void): TellTrouble {
  return (error, what) => {
    const code = error instanceof OutboxError ? error.code : "failed";
    // An outbox that cannot be used at all can do none of it, and says so once.
    const isUnusable = code !== "failed" && code !== "full";
    const cannot = isUnusable ? "be used" : what;
    warn(`outbox ${cannot}`, `The outbox cannot ${cannot}: ${messageOf(error)}`);
  };
}
