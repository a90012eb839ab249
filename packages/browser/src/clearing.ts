import type { PageOutbox } from "./page-outbox.ts";

/** Empties a store; {@link createClearing}. */
export interface Clearing {
  /** Has all deleted that the store holds now. */
  clearAll(): void;
  /** Works with the store once that is done, so that nothing newer is deleted, and nothing is sent that should be deleted. */
  onceCleared<T>(work: () => Promise<T>): Promise<T>;
}

/** Empties a store, as often as it takes, before anything else is done with it. */
export function createClearing(outbox: PageOutbox): Clearing {
  /** Whether the store may still hold what was there when the visitor opted out on this page. */
  let isDue = false;
  /** That it is being emptied: a second time would delete what other tabs have stored since. */
  let attempt: Promise<void> | undefined;

  return {
    clearAll() {
      isDue = true;
      attempt = undefined; // It may have been emptied before what is to be deleted now came.
    },
    async onceCleared(work) {
      while (isDue) {
        attempt ??= outbox.clear();
        const mine = attempt;
        try {
          await mine;
          if (attempt === mine) isDue = false;
        } finally {
          if (attempt === mine) attempt = undefined;
        }
      }
      return work();
    },
  };
}
