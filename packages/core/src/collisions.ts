import type { WireEvent } from "./event.ts";

/** What is remembered of an event. */
interface Remembered {
  /** Its JSON. */
  readonly body: string;
  /** What stays the same of it, also when it is read from an outbox. */
  readonly receipt: unknown;
}

/** Remembers which seconds of a subject are taken, and by what; {@link createCollisions}. */
export interface Collisions<Event extends Remembered> {
  /** The event that has the second. */
  find(subject: string, second: number): Event | undefined;
  /** The second, or the next one that is free, less than a minute later; `undefined` if none is. */
  freeSecond(subject: string, second: number): number | undefined;
  /** Remembers an event. */
  add(subject: string, second: number, event: Event): void;
  /** Forgets an event that Intercom did not take, so that its second is free again. */
  remove(subject: string, second: number, receipt: Event["receipt"]): void;
}

/** Events remembered, and characters of their bodies; the oldest are forgotten first. */
const MAX_REMEMBERED = 10_000;
const MAX_CHARACTERS = 8 * 1024 * 1024;

/** Seconds an event may be moved. */
const MAX_MOVE = 60;

/** A bounded memory of the events tracked lately. */
export function createCollisions<Event extends Remembered>(): Collisions<Event> {
  const remembered = new Map<string, Event>();
  let characters = 0;
  // One that goes on where it was: from the start it would step over all that were ever forgotten.
  let keys = remembered.keys();

  function forgetOldest(): void {
    let next = keys.next();
    if (next.done) {
      keys = remembered.keys();
      next = keys.next();
    }
    if (!next.done) forget(next.value);
  }

  function forget(key: string): void {
    characters -= remembered.get(key)?.body.length ?? 0;
    remembered.delete(key);
  }

  return {
    find: (subject, second) => remembered.get(keyOf(subject, second)),
    freeSecond(subject, first) {
      for (let second = first; second < first + MAX_MOVE; second += 1) {
        if (!remembered.has(keyOf(subject, second))) return second;
      }
      return undefined;
    },
    add(subject, second, event) {
      const key = keyOf(subject, second);
      forget(key); // So that it moves to the end.
      remembered.set(key, event);
      characters += event.body.length;
      while (remembered.size > MAX_REMEMBERED || characters > MAX_CHARACTERS) forgetOldest();
    },
    remove(subject, second, receipt) {
      const key = keyOf(subject, second);
      if (remembered.get(key)?.receipt === receipt) forget(key);
    },
  };
}

/** The second first: it tells keys apart soonest. */
function keyOf(subject: string, second: number): string {
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
