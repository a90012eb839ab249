/** Waits for numbered things to end; {@link createBarrier}. */
export interface Barrier {
  /**
   * Resolves once all that are open now have ended.
   *
   * @param last the greatest number given out so far
   * @param open how many are open
   */
  wait(last: number, open: number): Promise<void>;
  /** Tells that one has ended. */
  end(number: number): void;
  /** Tells that all have ended. */
  endAll(): void;
}

interface Waiting {
  readonly last: number;
  open: number;
  readonly resolve: () => void;
}

/** A barrier nobody waits at. What it costs does not depend on how many things are open. */
export function createBarrier(): Barrier {
  const waiting = new Set<Waiting>();
  return {
    wait: (last, open) =>
      new Promise((resolve) => {
        if (open === 0) resolve();
        else waiting.add({ last, open, resolve });
      }),
    end(number) {
      for (const entry of waiting) {
        if (number > entry.last) continue;
        entry.open -= 1;
        if (entry.open > 0) continue;
        waiting.delete(entry);
        entry.resolve();
      }
    },
    endAll() {
      for (const { resolve } of waiting) resolve();
      waiting.clear();
    },
  };
}
