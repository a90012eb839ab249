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
  /** The event that has a second, or the hash of its body once Intercom has it. */
  find(key: Hash): Event | number | undefined;
  /** Remembers an event. */
  add(key: Hash, event: Event): void;
  /** Keeps no more of an event than a hash of its body, as Intercom has it. */
  take(key: Hash, sequence: number, hash: number): void;
  /** Forgets an event that Intercom did not take, so that its second is free again. */
  remove(key: Hash, sequence: number): void;
}

/** Events remembered, and characters of their bodies, in each of two generations; the older one is forgotten whole. */
const MAX_REMEMBERED = 5000;
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** Twice as many, as a power of 2. */
const SLOTS = 16_384;

/** A bounded memory of the events tracked lately: the last 5,000 at least, unless they are large. */
export function createCollisions<Event extends Remembered>(): Collisions<Event> {
  let younger = createHashTable<Event | number>();
  let older = createHashTable<Event | number>();
  let characters = 0;

  /** The generation that holds an event. */
  function generationOf(key: Hash, sequence: number): typeof younger | undefined {
    const isIt = (found: Event | number | undefined): boolean =>
      typeof found === "object" && found.sequence === sequence;
    return isIt(younger.get(key)) ? younger : isIt(older.get(key)) ? older : undefined;
  }

  return {
    find: (key) => younger.get(key) ?? older.get(key),
    add(key, event) {
      // An event that waits in the outbox alone is in no other memory, and so bounded by nothing else.
      if (younger.size() >= MAX_REMEMBERED || characters >= MAX_CHARACTERS) {
        older = younger;
        characters = 0;
        younger = createHashTable(SLOTS); // It will be full as well.
      }
      younger.set(key, event);
      characters += event.body.length;
    },
    take(key, sequence, hash) {
      generationOf(key, sequence)?.set(key, hash);
    },
    remove(key, sequence) {
      generationOf(key, sequence)?.delete(key);
    },
  };
}
