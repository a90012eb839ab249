import type { StoredEvent } from "./stored-event.ts";

/** How often an event happened to one contact. Times in Unix seconds. */
export interface EventCount {
  /** In folded form. */
  readonly name: string;
  /** When it first happened. */
  readonly first: number;
  /** When it last happened. */
  readonly last: number;
  /** How often it happened. */
  readonly count: number;
}

/** A count that was set, and whose it is. */
export interface SeededCount extends EventCount {
  /** The contact's workspace. */
  readonly workspace: string;
  /** The contact's `id`. */
  readonly contact: string;
}

/** An event and its place in time. */
export interface PlacedEvent {
  /** Unix milliseconds: the event's second, and a millisecond of its own within it. */
  readonly position: number;
  readonly event: StoredEvent;
}

/** The part of a history to list. Positions, the first included, the last not. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

/** The events of one contact. */
export interface EventHistory {
  has(name: string, createdAt: number): boolean;
  /** Returns the event's count when it was set before. */
  add(name: string, event: StoredEvent): EventCount | undefined;
  /** The latest events of the range, newest first, and whether it holds older ones. */
  page(range: Range): { events: PlacedEvent[]; more: boolean };
  counts(): EventCount[];
  /** Sets a count, whatever it was. True: there was none. */
  seed(count: EventCount): boolean;
  /** The counts that were set, with what came to them since: they do not follow from the events. */
  seeded(): EventCount[];
}

/**
 * Creates an empty history. Names are folded ones.
 *
 * Events are told apart by name and second, yet pages are cut at a millisecond (`before`), so each
 * event of one second gets the next millisecond. There is always a free one: names differ within a
 * second, and a workspace has at most 1000 at a time. Should archiving let a contact have more, those
 * share the last millisecond.
 */
export function createEventHistory(): EventHistory {
  const entries: (PlacedEvent & { readonly name: string })[] = [];
  const counts = new Map<string, Mutable>();
  let seeds: Set<string> | undefined; // few contacts have any

  /** The index of the first entry at `position` or after it. */
  function indexOf(position: number): number {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((entries[middle]?.position ?? position) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function inSecond(createdAt: number): { start: number; end: number } {
    return { start: indexOf(createdAt * 1000), end: indexOf(createdAt * 1000 + 1000) };
  }

  function count(name: string, createdAt: number): void {
    const known = counts.get(name);
    if (!known) {
      counts.set(name, { name, first: createdAt, last: createdAt, count: 1 });
      return;
    }
    known.first = Math.min(known.first, createdAt);
    known.last = Math.max(known.last, createdAt);
    known.count = Math.min(known.count + 1, Number.MAX_SAFE_INTEGER); // one that was set may be that large
  }

  return {
    has(name, createdAt) {
      const { start, end } = inSecond(createdAt);
      for (let index = start; index < end; index += 1) if (entries[index]?.name === name) return true;
      return false;
    },
    add(name, event) {
      const { start, end } = inSecond(event.created_at);
      entries.splice(end, 0, { name, event, position: event.created_at * 1000 + Math.min(end - start, 999) });
      count(name, event.created_at);
      return seeds?.has(name) ? counts.get(name) : undefined;
    },
    page({ from, to, limit }) {
      const start = indexOf(from);
      const end = Math.max(start, indexOf(to));
      const cut = Math.max(start, end - limit);
      return { events: entries.slice(cut, end).reverse(), more: cut > start };
    },
    counts: () => [...counts.values()],
    seed(seeded) {
      seeds ??= new Set();
      seeds.add(seeded.name);
      const isNew = !counts.has(seeded.name);
      counts.set(seeded.name, { ...seeded });
      return isNew;
    },
    seeded: () => (seeds ? [...counts.values()].filter(({ name }) => seeds?.has(name)) : []),
  };
}

type Mutable = { -readonly [key in keyof EventCount]: EventCount[key] };
