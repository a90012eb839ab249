import type { WireEvent } from "./event.ts";

/** What is remembered of an event. */
interface Remembered {
  /** Its JSON. */
  readonly body: string;
  /** What stays the same of it, also when it is read from an outbox. */
  readonly receipt: unknown;
}

/** Remembers which seconds are taken, and by what; {@link createCollisions}. */
export interface Collisions<Event extends Remembered> {
  /** The event that has a second. @param key of {@link keyOf} */
  find(key: string): Event | undefined;
  /** Remembers an event. */
  add(key: string, event: Event): void;
  /** Forgets an event that Intercom did not take, so that its second is free again. */
  remove(key: string, receipt: Event["receipt"]): void;
}

/** Events remembered, and characters of their bodies, in each of two generations; the older one is forgotten whole. */
const MAX_REMEMBERED = 5000;
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** A bounded memory of the events tracked lately: the last 5,000 at least, unless they are large. */
export function createCollisions<Event extends Remembered>(): Collisions<Event> {
  let younger = new Map<string, Event>();
  let older = new Map<string, Event>();
  let characters = 0;
  return {
    find: (key) => younger.get(key) ?? older.get(key),
    add(key, event) {
      if (younger.size >= MAX_REMEMBERED || characters >= MAX_CHARACTERS) {
        older = younger;
        younger = new Map();
        characters = 0;
      }
      younger.set(key, event);
      characters += event.body.length;
    },
    remove(key, receipt) {
      for (const generation of [younger, older]) {
        if (generation.get(key)?.receipt === receipt) generation.delete(key);
      }
    },
  };
}

/** What an event is remembered by: its subject and second, the second first, as that tells keys apart soonest. */
export function keyOf(subject: string, second: number): string {
  return `${second} ${subject}`;
}

/**
 * What Intercom de-duplicates on besides the second: contact and name (REST API, "Submitting events";
 * names as it folds them).
 */
export function subjectOf(event: WireEvent): string {
  const contact =
    "id" in event
      ? `i${event.id}`
      : "user_id" in event
        ? `u${event.user_id}`
        : `e${event.email.toLowerCase()}`;
  return `${fold(event.event_name)} ${contact}`;
}

/** Names folded lately, of which a program has few. */
const folded = new Map<string, string>();
const MAX_FOLDED = 1000;

function fold(name: string): string {
  const known = folded.get(name);
  if (known !== undefined) return known;
  const result = name.toLowerCase().replace(/[.$]/g, "-");
  if (folded.size >= MAX_FOLDED) folded.clear();
  folded.set(name, result);
  return result;
}
