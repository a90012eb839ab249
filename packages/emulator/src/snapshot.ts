import { checkContact, type KnownContact } from "./contact.ts";
import type { EmulatorState } from "./emulator-state.ts";
import type { SeededCount } from "./event-history.ts";
import type { EventName } from "./event-names.ts";
import { foldEventName } from "./fold-event-name.ts";
import { checkKeys, isInteger, isText, misuse } from "./misuse.ts";
import { isRefusal } from "./refusal.ts";
import type { StoredEvent } from "./stored-event.ts";
import { validateEvent } from "./validate-body.ts";

/** One thing that is stored: a line of an export, a row of a data file. */
export type SnapshotRecord =
  | ({ readonly type: "contact" } & KnownContact)
  | ({ readonly type: "event_name" } & EventName)
  | StoredEvent
  | ({ readonly type: "event_count" } & SeededCount);

/** Everything stored when the first record is taken, in an order in which it can be put back. */
export function* exportRecords(state: EmulatorState): Generator<SnapshotRecord> {
  // All at once: an event that came between two records could lack its contact.
  const [contacts, names, events] = [state.contacts(), state.eventNames(), [...state.events()]];
  const counts = state
    .workspaces()
    .flatMap(({ name: workspace, events: { seeded } }) =>
      seeded().map(([contact, count]) => ({ workspace, contact, ...count })),
    );
  for (const contact of contacts) yield { type: "contact", ...contact };
  for (const name of names) yield { type: "event_name", ...name };
  yield* events;
  for (const count of counts) yield { type: "event_count", ...count };
}

/** False: an equal event is there already. */
export function restoreRecord(state: EmulatorState, record: SnapshotRecord): boolean {
  const { workspace: name } = record;
  const { contacts, names, events } = state.workspace(name);
  switch (record.type) {
    case "contact":
      contacts.put(record);
      return true;
    case "event_name":
      names.put(foldEventName(record.name), record.archived);
      return true;
    case "event":
      if (!events.restore(record)) return false;
      state.storage.take(JSON.stringify(record.metadata ?? "").length);
      return true;
    case "event_count": {
      const { contact, name: event, first, last, count } = record;
      events.restoreCount(contact, { name: event, first, last, count });
      return true;
    }
    default:
      return record satisfies never;
  }
}

const action = "import";
const text = { wanted: "a non-empty string", holds: isText };
const time = { wanted: "Unix seconds", holds: (value: unknown) => isInteger(value, 0, 1e11 - 1) }; // as in the spec

interface Rule {
  readonly wanted: string;
  readonly holds: (value: unknown) => boolean;
}

const rules: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  event_name: {
    workspace: text,
    name: text,
    archived: { wanted: "true or false", holds: (value) => typeof value === "boolean" },
  },
  event: { workspace: text, id: text, event_name: text, created_at: time, intercom_user_id: text },
  event_count: {
    workspace: text,
    contact: text,
    name: text,
    first: time,
    last: time,
    count: { wanted: "a number, 0 or more", holds: (value) => isInteger(value, 0) },
  },
};

/**
 * Checks a record; `name` is what messages call it.
 * @throws TypeError naming the first thing that is wrong
 */
export function parseRecord(value: unknown, name: string): SnapshotRecord {
  checkKeys(action, value, { name });
  const { type, ...fields } = value;
  if (type === "contact") return { type, ...parseKnownContact(fields, name) };
  const rulesOfType = typeof type === "string" && Object.hasOwn(rules, type) ? rules[type] : undefined;
  if (!rulesOfType) {
    throw misuse(action, `${name}.type`, '"contact", "event_name", "event" or "event_count"', type);
  }
  const optional = type === "event" ? ["user_id", "email", "metadata"] : [];
  checkKeys(action, fields, { name, known: [...Object.keys(rulesOfType), ...optional] });
  for (const [key, { wanted, holds }] of Object.entries(rulesOfType)) {
    if (!holds(fields[key])) throw misuse(action, `${name}.${key}`, wanted, fields[key]);
  }
  if (type === "event") checkEvent(fields, name);
  return value as unknown as SnapshotRecord;
}

function parseKnownContact(fields: Record<string, unknown>, name: string): KnownContact {
  const contact = checkContact(fields, { name, action, anyId: true });
  const { workspace, id, user_id, email, role = "user" } = contact;
  if (workspace === undefined) throw misuse(action, `${name}.workspace`, text.wanted, workspace);
  if (id === undefined) throw misuse(action, `${name}.id`, text.wanted, id);
  return {
    workspace,
    id,
    ...(user_id !== undefined && { user_id }),
    ...(email !== undefined && { email }),
    role,
  };
}

function checkEvent(fields: Record<string, unknown>, name: string): void {
  for (const key of ["user_id", "email"]) {
    if (fields[key] !== undefined && !isText(fields[key])) {
      throw misuse(action, `${name}.${key}`, text.wanted, fields[key]);
    }
  }
  const { event_name, created_at, intercom_user_id: id, metadata } = fields;
  const valid = validateEvent({ event_name, created_at, id, ...(metadata !== undefined && { metadata }) });
  if (isRefusal(valid)) {
    throw new TypeError(`Cannot ${action}: "${name}" is no event that Intercom accepts: ${valid.message}`);
  }
}
