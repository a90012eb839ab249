import type { WireEvent } from "./event.ts";

/** What an event is to the events tracked before it; {@link createCollisions}. */
type Collision<Event> =
  /** No event of this contact, name and second is remembered. */
  | { readonly kind: "none" }
  /** The same event, with the same time given by the caller. */
  | { readonly kind: "same"; readonly earlier: Event }
  /** Another event, which Intercom would take for the same. */
  | { readonly kind: "different" };

/** Remembers which seconds are taken; {@link createCollisions}. */
export interface Collisions<Event> {
  /** What the event, with its JSON, is to those remembered. */
  find(event: WireEvent, body: string): Collision<Event>;
  /** The event's second, or the next one that is free, at most a minute later. */
  freeSecond(event: WireEvent): number;
  /** Remembers an event. */
  add(event: WireEvent, body: string, tracked: Event): void;
  /** Forgets an event that Intercom did not take, so that its second is free again. */
  remove(event: WireEvent, tracked: Event): void;
}

/** Events remembered, and characters of their bodies; the oldest are forgotten first. */
const MAX_REMEMBERED = 10_000;
const MAX_CHARACTERS = 8 * 1024 * 1024;

/** Seconds an event may be moved. */
const MAX_MOVE = 60;

/**
 * A bounded memory of the events tracked lately, by what Intercom de-duplicates on: contact, name and
 * second (REST API, "Submitting events"; names as it folds them).
 */
export function createCollisions<Event>(): Collisions<Event> {
  const remembered = new Map<string, { readonly body: string; readonly tracked: Event }>();
  let characters = 0;

  function forget(key: string): void {
    characters -= remembered.get(key)?.body.length ?? 0;
    remembered.delete(key);
  }

  return {
    find(event, body) {
      const earlier = remembered.get(keyOf(event, event.created_at));
      if (!earlier) return { kind: "none" };
      return earlier.body === body ? { kind: "same", earlier: earlier.tracked } : { kind: "different" };
    },
    freeSecond(event) {
      const { created_at } = event;
      for (let second = created_at; second < created_at + MAX_MOVE; second += 1) {
        if (!remembered.has(keyOf(event, second))) return second;
      }
      return created_at;
    },
    add(event, body, tracked) {
      const key = keyOf(event, event.created_at);
      forget(key); // So that it moves to the end.
      remembered.set(key, { body, tracked });
      characters += body.length;
      for (const oldest of remembered.keys()) {
        if (remembered.size <= MAX_REMEMBERED && characters <= MAX_CHARACTERS) return;
        forget(oldest);
      }
    },
    remove(event, tracked) {
      const key = keyOf(event, event.created_at);
      if (remembered.get(key)?.tracked === tracked) forget(key);
    },
  };
}

/** The second first: it tells keys apart soonest. */
function keyOf(event: WireEvent, second: number): string {
  const contact =
    "id" in event
      ? `i${event.id}`
      : "user_id" in event
        ? `u${event.user_id}`
        : `e${event.email.toLowerCase()}`;
  return `${second} ${event.event_name.toLowerCase().replace(/[.$]/g, "-")} ${contact}`;
}
