import { type Changes, createChanges } from "./change.ts";
import { createClock, type EmulatorClock } from "./clock.ts";
import { type Contact, type KnownContact, parseContacts } from "./contact.ts";
import { type ContactBook, createContactBook } from "./contact-book.ts";
import { createEventNames, type EventName, type EventNames } from "./event-names.ts";
import { createEventStore, type EventStore } from "./event-store.ts";
import { parseFaults } from "./fault.ts";
import { createFaultPlan, type FaultPlan } from "./fault-plan.ts";
import { foldEventName } from "./fold-event-name.ts";
import type { Policy } from "./options.ts";
import { createRateWindows, type RateTicket, type RateWindow } from "./rate-window.ts";
import { createRequestLog, type RequestCounts, type RequestLog } from "./request-log.ts";
import { createStorageBudget, overhead, type StorageBudget } from "./storage-budget.ts";
import type { StoredEvent } from "./stored-event.ts";
import { type App, defaultWorkspace } from "./tokens.ts";

/** What belongs to one workspace. */
export interface Workspace {
  readonly name: string;
  readonly contacts: ContactBook;
  readonly names: EventNames;
  readonly events: EventStore;
}

/** Totals since the start, or the last reset. */
export interface EmulatorStats extends RequestCounts {
  /** Events stored. */
  readonly events: number;
  /** Active event names, over all workspaces. */
  readonly eventNames: number;
  /** Contacts known, over all workspaces. */
  readonly contacts: number;
}

/** Everything the emulator remembers. */
export interface EmulatorState {
  readonly policy: Policy;
  readonly clock: EmulatorClock;
  readonly changes: Changes;
  readonly log: RequestLog;
  readonly faults: FaultPlan;
  readonly storage: StorageBudget;
  workspace(name: string): Workspace;
  workspaces(): Workspace[];
  /** Counts a request of the app. */
  countRequest(app: App): RateTicket;
  rates(): RateWindow[];
  /** In the order they came. The list grows with the emulator: it is not a copy. */
  events(): readonly StoredEvent[];
  contacts(): KnownContact[];
  eventNames(): EventName[];
  /** Frees the place of an event name. False: it is not active. */
  archiveEventName(name: string, workspace?: string): boolean;
  stats(): EmulatorStats;
  setFaults(faults: unknown): void;
  setContacts(contacts: unknown): void;
  /** Adds contacts, or replaces those that have the same id, or user_id where no id is given. */
  putContacts(contacts: unknown): KnownContact[];
  reset(): void;
}

/** About how many bytes a contact takes. */
function sizeOf({ user_id = "", email = "" }: Contact): number {
  return overhead.contact + user_id.length + email.length;
}

/** Creates the memory of an emulator. */
export function createEmulatorState(options: Policy): EmulatorState {
  const changes = createChanges();
  const clock = createClock(options.now, () => changes.tell(() => ({ type: "clock", clock: clock.state() })));
  const policy = { ...options, now: clock.now };
  const workspaces = new Map<string, Workspace>();
  let kept: StoredEvent[] = [];
  const storage = createStorageBudget(policy.maxBytes);
  const log = createRequestLog(policy.retainRequests);
  const rates = createRateWindows(policy.workspaceRateLimit);
  const faults = createFaultPlan({
    random: policy.random,
    onChange: () => changes.tell(() => ({ type: "faults", faults: faults.list() })),
  });
  faults.set(policy.faults);

  function workspace(name: string): Workspace {
    let found = workspaces.get(name);
    if (!found) {
      found = createWorkspace(name);
      workspaces.set(name, found);
    }
    return found;
  }

  function createWorkspace(name: string): Workspace {
    const contacts = createContactBook(name, (contact, before) => {
      if (before) storage.give(sizeOf(before));
      storage.take(sizeOf(contact));
      changes.tell(() => ({ type: "contact", contact: { ...contact, workspace: name } }));
    });
    const names = createEventNames(name, policy.eventNames, (eventName, isNew) => {
      if (isNew) storage.take(overhead.name + eventName.name.length);
      changes.tell(() => ({ type: "event_name", eventName }));
    });
    const events = createEventStore({
      workspace: name,
      metadataKeys: policy.metadataKeys,
      names,
      onStored(event) {
        kept.push(event);
        storage.take(overhead.event);
        changes.tell(() => ({ type: "event", event }));
      },
      onSeeded(contact, count, isNew) {
        if (isNew) storage.take(overhead.name);
        changes.tell(() => ({
          type: "event_count",
          eventCount: { workspace: name, contact, ...count },
        }));
      },
    });
    return { name, contacts, names, events };
  }

  const total = (count: (each: Workspace) => number): number =>
    [...workspaces.values()].reduce((sum, each) => sum + count(each), 0);

  function putContacts(value: unknown): KnownContact[] {
    return parseContacts(value).map(({ workspace: name = defaultWorkspace, ...contact }) => ({
      ...workspace(name).contacts.put(contact),
      workspace: name,
    }));
  }

  const inOne =
    <Args extends unknown[], Result>(action: (...args: Args) => Result) =>
    (...args: Args): Result =>
      changes.together(() => action(...args));

  return {
    policy,
    clock,
    changes,
    log,
    faults,
    storage,
    workspace,
    workspaces: () => [...workspaces.values()],
    countRequest(app) {
      const ticket = rates.count(app, clock.now());
      changes.tell(() => ({ type: "rate", rate: { workspace: app.workspace, app: app.name, ...ticket } }));
      return ticket;
    },
    rates: rates.list,
    events: () => kept,
    contacts: () =>
      [...workspaces.values()].flatMap(({ name, contacts }) =>
        contacts.list().map((contact) => ({ ...contact, workspace: name })),
      ),
    eventNames: () => [...workspaces.values()].flatMap(({ names }) => names.list()),
    archiveEventName: (name, from = defaultWorkspace) =>
      workspaces.get(from)?.names.archive(foldEventName(name)) ?? false,
    stats: () => ({
      ...log.counts(),
      events: kept.length,
      eventNames: total(({ names }) => names.active()),
      contacts: total(({ contacts }) => contacts.size()),
    }),
    setFaults: (value) => faults.set(parseFaults(value)),
    setContacts: inOne((value) => {
      parseContacts(value); // all of them, before any is forgotten
      for (const { contacts } of workspaces.values()) {
        for (const contact of contacts.list()) storage.give(sizeOf(contact));
        contacts.clear();
      }
      changes.tell(() => ({ type: "contacts_cleared" }));
      putContacts(value);
    }),
    putContacts: inOne(putContacts),
    reset: inOne(() => {
      workspaces.clear();
      kept = [];
      storage.clear();
      log.clear();
      rates.clear();
      clock.reset();
      faults.set(policy.faults);
      changes.tell(() => ({ type: "reset" }));
    }),
  };
}
