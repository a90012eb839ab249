/** Numbers things, and waits for them to end; {@link createBarrier}. */
export interface Barrier {
  /** Gives the next one its number, from 1 on. */
  begin(): number;
  /**
   * Resolves once all that are open now have ended, or are to be counted again.
   *
   * @param open how many are open
   * @param expiry when it no longer matters: nothing is remembered from then on, and the promise stays open
   * @returns whether all have ended
   */
  wait(open: number, expiry: Promise<void>): Promise<boolean>;
  /** Tells that one has ended. */
  end(number: number): void;
  /** Has all who wait count again, as some have ended whose numbers are not known. */
  recount(): void;
}

interface Waiting {
  /** The greatest number that it waits for. */
  readonly last: number;
  open: number;
  readonly resolve: (hasEnded: boolean) => void;
}

/** A barrier nobody waits at. What it costs does not depend on how many things are open. */
export function createBarrier(): Barrier {
  const waiting = new Set<Waiting>();
  let last = 0;
  return {
    begin() {
      last += 1;
      return last;
    },
    wait: (open, expiry) =>
      new Promise((resolve) => {
        if (open === 0) {
          resolve(true);
          return;
        }
        const entry = { last, open, resolve };
        waiting.add(entry);
        expiry.then(() => waiting.delete(entry));
      }),
    end(number) {
      for (const entry of waiting) {
        if (number > entry.last) continue;
        entry.open -= 1;
        if (entry.open > 0) continue;
        waiting.delete(entry);
        entry.resolve(true);
      }
    },
    recount() {
      for (const { resolve } of waiting) resolve(false);
      waiting.clear();
    },
  };
}
