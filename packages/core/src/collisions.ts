import { createHashTable, type Hash } from "./hash-table.ts";

/** What is remembered of an event. */
interface Remembered {
  /** Its JSON. */
  readonly body: string;
  /** What stays the same of it, also when it is read from an outbox. */
  readonly sequence: number;
}

/** Remembers which seconds are taken, and by what; {@link createCollisions}. Keys are hashes of contact, name and second. */
export interface Collisions<Event extends Remembered> {
  /** The events that share a second, or the hash of its body for each that Intercom has. */
  find(key: Hash): readonly (Event | number)[] | undefined;
  /** Remembers an event, beside those that have its second already. */
  add(key: Hash, event: Event, others?: readonly (Event | number)[]): void;
  /** Keeps no more of an event than a hash of its body, as Intercom has it. */
  take(key: Hash, sequence: number, hash: number): void;
  /** Forgets an event that Intercom did not take: its second is free again, unless another one has it too. */
  remove(key: Hash, sequence: number): void;
}

/** Events remembered, and characters of their bodies, in each of two generations; the older one is forgotten whole. */
const MAX_REMEMBERED = 5000;
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** Twice as many, as a power of 2. */
const SLOTS = 16_384;

/** Events remembered of one second, the last ones: each is looked at for each further one. */
const MAX_TOGETHER = 20;

/** What has a second: one event, as almost always, or a list of them. */
type Slot<Event> = Event | number | (Event | number)[];

/** A bounded memory of the events tracked lately: the last 5,000 at least, unless they are large. */
export function createCollisions<Event extends Remembered>(): Collisions<Event> {
  let younger = createHashTable<Slot<Event>>();
  let older = createHashTable<Slot<Event>>();
  let characters = 0;

  /** The generation that holds an event. */
  function generationOf(key: Hash, sequence: number): typeof younger | undefined {
    return holds(younger.get(key), sequence) ? younger : holds(older.get(key), sequence) ? older : undefined;
  }

  return {
    find(key) {
      const slot = younger.get(key) ?? older.get(key);
      return slot === undefined || Array.isArray(slot) ? slot : [slot];
    },
    add(key, event, others = []) {
      // An event that waits in the outbox alone is in no other memory, and so bounded by nothing else.
      if (younger.size() >= MAX_REMEMBERED || characters >= MAX_CHARACTERS) {
        older = younger;
        characters = 0;
        younger = createHashTable(SLOTS); // It will be full as well.
      }
      const isYoung = others.length === 0 || younger.get(key) !== undefined;
      younger.set(key, others.length === 0 ? event : [...others.slice(1 - MAX_TOGETHER), event]);
      characters += event.body.length;
      if (isYoung) return;
      for (const other of others) characters += typeof other === "object" ? other.body.length : 0;
      older.delete(key); // They are young again, and there alone.
    },
    take(key, sequence, hash) {
      const table = generationOf(key, sequence);
      const slot = table?.get(key);
      if (Array.isArray(slot)) slot[indexOf(slot, sequence)] = hash;
      else table?.set(key, hash);
    },
    remove(key, sequence) {
      const table = generationOf(key, sequence);
      const slot = table?.get(key);
      if (Array.isArray(slot) && slot.length > 1) slot.splice(indexOf(slot, sequence), 1);
      else table?.delete(key);
    },
  };
}

function holds<Event extends Remembered>(slot: Slot<Event> | undefined, sequence: number): boolean {
  if (Array.isArray(slot)) return indexOf(slot, sequence) >= 0;
  return typeof slot === "object" && slot.sequence === sequence;
}

function indexOf(events: readonly (Remembered | number)[], sequence: number): number {
  return events.findIndex((event) => typeof event === "object" && event.sequence === sequence);
}
