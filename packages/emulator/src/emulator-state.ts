import { parseContacts } from "./contact.ts";
import { type ContactBook, createContactBook } from "./contact-book.ts";
import { createEventStore, type EventStore } from "./event-store.ts";
import { parseFaults } from "./fault.ts";
import { createFaultPlan, type FaultPlan } from "./fault-plan.ts";
import type { Policy } from "./options.ts";
import { createRateWindow, type RateTicket } from "./rate-window.ts";
import { createRequestLog, type RequestCounts, type RequestLog } from "./request-log.ts";
import type { StoredEvent } from "./stored-event.ts";
import { defaultWorkspace } from "./tokens.ts";

/** What belongs to one workspace. */
export interface Workspace {
  readonly contacts: ContactBook;
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
  readonly log: RequestLog;
  readonly faults: FaultPlan;
  workspace(name: string): Workspace;
  /** Counts a request of the workspace. */
  countRequest(workspace: string): RateTicket;
  events(): StoredEvent[];
  stats(): EmulatorStats;
  setFaults(faults: unknown): void;
  setContacts(contacts: unknown): void;
  reset(): void;
}

/** Creates the memory of an emulator. */
export function createEmulatorState(policy: Policy): EmulatorState {
  const workspaces = new Map<string, Workspace>();
  const kept: StoredEvent[] = [];
  const log = createRequestLog(policy.retainRequests);
  const faults = createFaultPlan();
  let rateWindow = createRateWindow(policy.rateLimit);

  function workspace(name: string): Workspace {
    let found = workspaces.get(name);
    if (!found) {
      found = { contacts: createContactBook(name), events: createEventStore(name, policy, kept) };
      workspaces.set(name, found);
    }
    return found;
  }

  const total = (count: (each: Workspace) => number): number =>
    [...workspaces.values()].reduce((sum, each) => sum + count(each), 0);

  return {
    policy,
    log,
    faults,
    workspace,
    countRequest: (name) => rateWindow(name, policy.now()),
    events: () => [...kept],
    stats: () => ({
      ...log.counts(),
      events: kept.length,
      eventNames: total(({ events }) => events.names()),
      contacts: total(({ contacts }) => contacts.size()),
    }),
    setFaults: (value) => faults.set(parseFaults(value)),
    setContacts(value) {
      const inputs = parseContacts(value);
      for (const { contacts } of workspaces.values()) contacts.clear();
      for (const input of inputs) workspace(input.workspace ?? defaultWorkspace).contacts.put(input);
    },
    reset() {
      workspaces.clear();
      kept.length = 0;
      log.clear();
      faults.set([]);
      rateWindow = createRateWindow(policy.rateLimit);
    },
  };
}
