import { MAX_MOVE } from "@intercom-events/core";

/** Remembers which seconds the events of this page have; {@link createFreeSeconds}. */
export interface FreeSeconds {
  /** The first second from the given one on that no event of the name has; at most 60 s later, beyond that its own. */
  find(name: string, second: number): number;
  /** Remembers that an event of a name has a second, and answers whether it is the first. */
  take(name: string, second: number): boolean;
}

/** The most that is remembered; the oldest are forgotten first. */
const MAX_REMEMBERED = 5000;

/** Keeps apart what Intercom would merge: events of one name and second, as all events of a page have one contact. */
export function createFreeSeconds(): FreeSeconds {
  const taken = new Set<string>();
  const keyOf = (name: string, second: number) => `${second} ${name}`;
  return {
    find(name, second) {
      for (let free = second; free < second + MAX_MOVE; free++) {
        if (!taken.has(keyOf(name, free))) return free;
      }
      return second;
    },
    take(name, second) {
      const before = taken.size;
      taken.add(keyOf(name, second));
      if (taken.size > MAX_REMEMBERED) for (const oldest of taken) return taken.delete(oldest);
      return taken.size > before;
    },
  };
}

/** An event name as Intercom folds it (event model, API versions 1.0 to 2.6). */
export function foldName(name: string): string {
  return name.toLowerCase().replace(/[.$]/g, "-");
}
