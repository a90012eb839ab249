import { randomUUID } from "node:crypto";
import type { Contact, Identities } from "./contact.ts";
import { createEventHistory, type EventCount, type EventHistory } from "./event-history.ts";
import { foldEventName } from "./fold-event-name.ts";
import type { Policy } from "./options.ts";
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
  /** Sets how often an event happened. False: the name is one too many. */
  seed(contact: Contact, count: EventCount): boolean;
  history(contact: Contact): EventHistory;
  /** How many event names are active. */
  names(): number;
  clear(): void;
}

/** Creates an empty store. `kept` gets every event that is stored, in the order of arrival. */
export function createEventStore(workspace: string, policy: Policy, kept: StoredEvent[]): EventStore {
  const names = new Set<string>();
  const histories = new Map<string, EventHistory>();

  function history({ id }: Contact): EventHistory {
    let found = histories.get(id);
    if (!found) {
      found = createEventHistory();
      histories.set(id, found);
    }
    return found;
  }

  /** Known names keep working when the workspace is full (help article 5245634). */
  function activate(name: string): boolean {
    if (!names.has(name) && names.size >= policy.eventNames) return false;
    names.add(name);
    return true;
  }

  function store(contact: Contact, { event_name, created_at, metadata, named }: NewEvent): StoredEvent {
    const event: StoredEvent = {
      type: "event",
      id: randomUUID(),
      event_name,
      created_at,
      ...(named.user_id !== undefined && { user_id: named.user_id }),
      ...(named.email !== undefined && { email: named.email }),
      intercom_user_id: contact.id,
      ...(metadata && { metadata: trackedMetadata(metadata, policy.metadataKeys) }),
      workspace,
    };
    kept.push(event);
    return event;
  }

  return {
    add(contact, event) {
      const name = foldEventName(event.event_name);
      const events = history(contact);
      if (events.has(name, event.created_at)) return "duplicate";
      if (!activate(name)) return "too_many_names";
      const stored = store(contact, event);
      events.add(name, stored);
      return stored;
    },
    seed(contact, count) {
      const name = foldEventName(count.name);
      if (!activate(name)) return false;
      history(contact).seed({ ...count, name });
      return true;
    },
    history,
    names: () => names.size,
    clear() {
      names.clear();
      histories.clear();
    },
  };
}
