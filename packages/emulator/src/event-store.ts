import { randomUUID } from "node:crypto";
import type { Contact, Identities } from "./contact.ts";
import { createEventHistory, type EventCount, type EventHistory } from "./event-history.ts";
import type { EventNames } from "./event-names.ts";
import { foldEventName } from "./fold-event-name.ts";
import type { StoredEvent, StoredMetadata } from "./stored-event.ts";
import { trackedMetadata } from "./tracked-metadata.ts";

/** An event that passed validation. */
export interface NewEvent {
  readonly event_name: string;
  /** Unix seconds. */
  readonly created_at: number;
  readonly metadata?: StoredMetadata | undefined;
  /** The identities it was sent with. */
  readonly named: Identities;
}

/** The events of one workspace. */
export interface EventStore {
  /** The first of several equal events is kept; equal means contact, name and second. */
  add(contact: Contact, event: NewEvent): StoredEvent | "duplicate" | "too_many_names";
  /** Takes an event that was stored before. False: an equal one is there. */
  restore(event: StoredEvent): boolean;
  /** Sets how often an event happened. False: the name is one too many. */
  seed(contactId: string, count: EventCount): boolean;
  /** Takes a count that was set before, and leaves its name as it is: active or archived. */
  restoreCount(contactId: string, count: EventCount): void;
  /** The history of the contact with this id, which may be empty. */
  history(contactId: string): EventHistory;
  /** The counts that were set, with the ids of their contacts. */
  seeded(): [contactId: string, EventCount][];
}

/** What a store of events needs to know. */
export interface EventStoreContext {
  readonly workspace: string;
  readonly metadataKeys: number;
  readonly names: EventNames;
  onStored(event: StoredEvent): void;
  /** A count was set, or one that was set has changed. */
  onSeeded(contactId: string, count: EventCount, isNew: boolean): void;
}

/** Creates an empty store. */
export function createEventStore(context: EventStoreContext): EventStore {
  const { workspace, metadataKeys, names, onStored, onSeeded } = context;
  const histories = new Map<string, EventHistory>();

  function history(contactId: string): EventHistory {
    let found = histories.get(contactId);
    if (!found) {
      found = createEventHistory();
      histories.set(contactId, found);
    }
    return found;
  }

  function keep(name: string, event: StoredEvent): void {
    const seeded = history(event.intercom_user_id).add(name, event);
    onStored(event);
    if (seeded) onSeeded(event.intercom_user_id, seeded, false);
  }

  function keepCount(contactId: string, count: EventCount): void {
    onSeeded(contactId, count, history(contactId).seed(count));
  }

  /** Fields in the order of the wire. */
  function stored(contact: Contact, { event_name, created_at, metadata, named }: NewEvent): StoredEvent {
    return {
      type: "event",
      id: randomUUID(),
      event_name,
      created_at,
      ...(named.user_id !== undefined && { user_id: named.user_id }),
      ...(named.email !== undefined && { email: named.email }),
      intercom_user_id: contact.id,
      ...(metadata && { metadata: trackedMetadata(metadata, metadataKeys) }),
      workspace,
    };
  }

  return {
    add(contact, event) {
      const name = foldEventName(event.event_name);
      if (histories.get(contact.id)?.has(name, event.created_at)) return "duplicate";
      if (!names.activate(name)) return "too_many_names";
      const kept = stored(contact, event);
      keep(name, kept);
      return kept;
    },
    restore(event) {
      const name = foldEventName(event.event_name);
      if (history(event.intercom_user_id).has(name, event.created_at)) return false;
      if (!names.has(name)) names.put(name, false);
      keep(name, event);
      return true;
    },
    seed(contactId, count) {
      const name = foldEventName(count.name);
      if (!names.activate(name)) return false;
      keepCount(contactId, { ...count, name });
      return true;
    },
    restoreCount(contactId, count) {
      const name = foldEventName(count.name);
      if (!names.has(name)) names.put(name, false);
      keepCount(contactId, { ...count, name });
    },
    history,
    seeded: () =>
      [...histories].flatMap(([id, each]) => each.seeded().map((count): [string, EventCount] => [id, count])),
  };
}
