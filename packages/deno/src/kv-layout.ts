import { OutboxError, type OutboxRecord } from "@intercom-events/core";
import type { KvKey } from "./deno-kv.ts";
import { type KvText, partKeys } from "./kv-text.ts";

/** Set apart from what else the program keeps in its store. */
const ROOT = "intercom-events";
/** Version of what is kept under which key. */
const VERSION = 1;

/** Where everything is. `serial` numbers what is kept, so that no two ever share a key. */
export const keys = {
  totals: [ROOT, "totals"],
  events: [ROOT, "event"],
  event: (id: string): KvKey => [ROOT, "event", id],
  /** Events of which a lease may be had, in the order of their ids. */
  ready: [ROOT, "ready"],
  readyOne: (id: string): KvKey => [ROOT, "ready", id],
  /** Events that are not due or leased, in the order of when that is over. */
  waiting: [ROOT, "waiting"],
  waitingOne: (wakeAt: number, id: string): KvKey => [ROOT, "waiting", wakeAt, id],
  leased: (owner: string): KvKey => [ROOT, "leased", owner],
  leasedOne: (owner: string, id: string): KvKey => [ROOT, "leased", owner, id],
  body: (serial: number): KvKey => [ROOT, "body", serial],
  letters: [ROOT, "letter"],
  letter: (serial: number): KvKey => [ROOT, "letter", serial],
  outcome: (serial: number): KvKey => [ROOT, "outcome", serial],
} as const;

/** Counts, and the one value that each commit checks and changes, so that all of them are in one order. */
export interface KvTotals {
  readonly version: number;
  events: number;
  bytes: number;
  deadLetters: number;
  /** The next serial. */
  next: number;
}

/** The totals of a store, which is empty where it has none. */
export function readTotals(value: unknown): KvTotals {
  if (value === null) return { version: VERSION, events: 0, bytes: 0, deadLetters: 0, next: 1 };
  const totals = { ...(value as KvTotals) };
  if (totals.version <= VERSION) return totals;
  throw new OutboxError(
    "newer_schema",
    `Cannot open outbox: the store has schema version ${totals.version}, this release knows up to ${VERSION}; upgrade @intercom-events/deno`,
  );
}

/** An event as it is kept. */
export interface KvEvent extends Omit<OutboxRecord, "body"> {
  readonly serial: number;
  readonly body: KvText;
  /** Characters of the body. */
  readonly size: number;
  readonly owner?: string | undefined;
  readonly leaseUntil: number;
}

/** A dead letter as it is kept. */
export interface KvLetter {
  /** In the order of ending. */
  readonly serial: number;
  readonly event: KvEvent;
  readonly outcome: KvText;
  readonly endedAt: number;
}

/** The changes of one commit. */
export interface KvEdit {
  readonly set: [KvKey, unknown][];
  readonly remove: KvKey[];
}

/** Keeps an event, in place of what it was before. */
export function putEvent(edit: KvEdit, event: KvEvent, before?: KvEvent): void {
  if (before) removeIndex(edit, before);
  const wakeAt = Math.max(event.dueAt, event.leaseUntil);
  edit.set.push([keys.event(event.id), event]);
  edit.set.push([wakeAt > 0 ? keys.waitingOne(wakeAt, event.id) : keys.readyOne(event.id), 1]);
  if (event.owner !== undefined) edit.set.push([keys.leasedOne(event.owner, event.id), 1]);
}

/** Forgets an event, but not the parts of its body. */
export function removeEvent(edit: KvEdit, event: KvEvent): void {
  edit.remove.push(keys.event(event.id));
  removeIndex(edit, event);
}

/** Forgets the parts of an event's body. */
export function removeBody(edit: KvEdit, { serial, body }: KvEvent): void {
  edit.remove.push(...partKeys(keys.body(serial), body));
}

/** It may wait still, or have been woken. */
function removeIndex(edit: KvEdit, { id, dueAt, leaseUntil, owner }: KvEvent): void {
  edit.remove.push(keys.waitingOne(Math.max(dueAt, leaseUntil), id), keys.readyOne(id));
  if (owner !== undefined) edit.remove.push(keys.leasedOne(owner, id));
}

/** Forgets all of an event. */
export function forget(totals: KvTotals, edit: KvEdit, event: KvEvent): void {
  removeEvent(edit, event);
  removeBody(edit, event);
  uncount(totals, event);
}

/** Takes an event out of the counts. */
export function uncount(totals: KvTotals, { size }: KvEvent): void {
  totals.events -= 1;
  totals.bytes -= size;
}
