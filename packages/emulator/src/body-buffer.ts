import { bodyLimit } from "./plain-message.ts";

/** Collects the chunks of one body, and holds no more of it than is ever read. */
export interface BodyBuffer {
  add(chunk: Buffer): void;
  /** Bytes held now: 0 as soon as the body is too long. */
  held(): number;
  /** The body, or `undefined` when it was too long. Nothing is held after it. */
  take(): Buffer | undefined;
}

/** Memory that the bodies under way share. */
export interface BodyBudget {
  /** False: there is not so much left. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** Creates a budget of `limit` bytes. */
export function createBodyBudget(limit: number): BodyBudget {
  let taken = 0;
  return {
    take(bytes) {
      if (taken + bytes > limit) return false;
      taken += bytes;
      return true;
    },
    give(bytes) {
      taken -= bytes;
    },
  };
}

/**
 * Creates an empty buffer. What is beyond {@link bodyLimit}, or the budget, is thrown away as it
 * comes: a client that is still sending would not see a reply, so the body is read to its end.
 */
export function createBodyBuffer(budget: BodyBudget): BodyBuffer {
  let chunks: Buffer[] = [];
  let held = 0;
  let tooLong = false;

  function letGo(): void {
    budget.give(held);
    chunks = [];
    held = 0;
  }

  return {
    add(chunk) {
      if (tooLong) return;
      if (held + chunk.length > bodyLimit || !budget.take(chunk.length)) {
        tooLong = true;
        letGo();
        return;
      }
      chunks.push(chunk);
      held += chunk.length;
    },
    held: () => held,
    take() {
      const body = tooLong ? undefined : chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
      letGo();
      return body;
    },
  };
}
