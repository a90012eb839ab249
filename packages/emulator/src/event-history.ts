import type { StoredEvent } from "./stored-event.ts";

/** How often an event happened to one contact. Times in Unix seconds. */
export interface EventCount {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly count: number;
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
  add(name: string, event: StoredEvent): void;
  /** The latest events of the range, newest first, and whether it holds older ones. */
  page(range: Range): { events: PlacedEvent[]; more: boolean };
  counts(): EventCount[];
  /** Sets a count, whatever it was. */
  seed(count: EventCount): void;
}

/**
 * Creates an empty history. Names are folded ones.
 *
 * Events are told apart by name and second, yet pages are cut at a millisecond (`before`), so each
 * event of one second gets the next millisecond. There is always a free one: names differ within a
 * second, and a workspace has at most 1000.
 */
export function createEventHistory(): EventHistory {
  const entries: (PlacedEvent & { readonly name: string })[] = [];
  const counts = new Map<string, EventCount>();

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
    const { first = createdAt, last = createdAt, count: before = 0 } = counts.get(name) ?? {};
    counts.set(name, {
      name,
      first: Math.min(first, createdAt),
      last: Math.max(last, createdAt),
      count: before + 1,
    });
  }

  return {
    has(name, createdAt) {
      const { start, end } = inSecond(createdAt);
      for (let index = start; index < end; index += 1) if (entries[index]?.name === name) return true;
      return false;
    },
    add(name, event) {
      const { start, end } = inSecond(event.created_at);
      entries.splice(end, 0, { name, event, position: event.created_at * 1000 + end - start });
      count(name, event.created_at);
    },
    page({ from, to, limit }) {
      const start = indexOf(from);
      const end = Math.max(start, indexOf(to));
      const cut = Math.max(start, end - limit);
      return { events: entries.slice(cut, end).reverse(), more: cut > start };
    },
    counts: () => [...counts.values()],
    seed: (seeded) => void counts.set(seeded.name, seeded),
  };
}
