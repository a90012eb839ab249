import type { Clock } from "./clock.ts";
import { createPacer, type Pacer, type PacerOptions } from "./pacer.ts";
import { steadyPacer } from "./steady-pacer.ts";

/** A pacer, and the end of using it. */
export interface SharedPacer {
  readonly pacer: Pacer;
  /** To be called when it is no longer used; only the first call counts. */
  readonly release: () => void;
}

interface Entry {
  readonly pacer: Pacer;
  users: number;
}

/** Pacers in use. Times of one clock mean nothing to another. */
const inUse = new WeakMap<Clock, Map<string | symbol, Entry>>();

/**
 * The pacer of a key, made if there is none yet. The allowance belongs to the token, so all clients
 * of a process that have the same one keep to it together.
 */
export function sharePacer(key: string | symbol, clock: Clock, options: PacerOptions): SharedPacer {
  const entries = inUse.get(clock) ?? new Map<string | symbol, Entry>();
  inUse.set(clock, entries);
  const entry = entries.get(key) ?? { pacer: steadyPacer(createPacer(options)), users: 0 };
  entries.set(key, entry);
  entry.users += 1;
  let isReleased = false;
  return {
    pacer: entry.pacer,
    release() {
      if (isReleased) return;
      isReleased = true;
      entry.users -= 1;
      if (entry.users === 0) entries.delete(key);
    },
  };
}
