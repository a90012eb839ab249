import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { StreamSettings } from "../../src/change-stream.ts";
import type { ClockState } from "../../src/clock.ts";
import type { KnownContact } from "../../src/contact.ts";
import type { EmulatorStats } from "../../src/emulator-state.ts";
import type { EventName } from "../../src/event-names.ts";
import type { PlannedFault } from "../../src/fault-plan.ts";
import type { Row, RowPage } from "../../src/page-rows.ts";
import type { RateWindow } from "../../src/rate-window.ts";
import type { RecordedRequest } from "../../src/request-log.ts";
import {
  type ContactFilter,
  contactMatcher,
  type EventFilter,
  eventMatcher,
  type RequestFilter,
  requestMatcher,
} from "../../src/search.ts";
import type { StoredEvent } from "../../src/stored-event.ts";
import { callControl } from "./api.ts";
import { createFeed, type Feed } from "./feed.ts";
import { type Connection, followStream, type Message } from "./follow-stream.ts";
import { createRequestRate, type RequestRate } from "./request-rate.ts";
import { createShownClock, type ShownClock } from "./shown-clock.ts";

/** Everything the page knows about the emulator. */
export interface Session {
  readonly connection: ReadonlySignal<Connection>;
  /** True: more came than the page could take, and it started over. */
  readonly overrun: ReadonlySignal<boolean>;
  readonly stats: ReadonlySignal<EmulatorStats>;
  readonly settings: ReadonlySignal<StreamSettings>;
  readonly rates: ReadonlySignal<readonly RateWindow[]>;
  readonly faults: ReadonlySignal<readonly PlannedFault[]>;
  readonly names: ReadonlySignal<readonly EventName[]>;
  readonly events: Feed<StoredEvent, EventFilter>;
  readonly requests: Feed<RecordedRequest, RequestFilter>;
  readonly contacts: Feed<KnownContact, ContactFilter>;
  readonly clock: ShownClock;
  readonly requestRate: RequestRate;
  /** The second of real time, for the chart. */
  second(): number;
  start(): void;
}

const noStats: EmulatorStats = {
  requests: 0,
  results: { stored: 0, duplicate: 0, answered: 0, refused: 0 },
  statuses: {},
  events: 0,
  eventNames: 0,
  contacts: 0,
};

/** Totals follow what came within this time. */
const refreshMs = 250;
const pageSize = 200;

function pageOf<Value>(list: string) {
  return (filter: object, before: number | undefined, signal: AbortSignal): Promise<RowPage<Value>> => {
    const query = new URLSearchParams({ limit: String(pageSize) });
    if (before !== undefined) query.set("before", String(before));
    for (const [name, value] of Object.entries(filter)) if (value) query.set(name, value as string);
    return callControl(`${list}?${query}`, { signal });
  };
}

/** Creates a session that knows nothing until it is started. */
export function createSession(): Session {
  const connection = signal<Connection>("connecting");
  const overrun = signal(false);
  const stats = signal(noStats);
  const settings = signal<StreamSettings>({
    anyToken: true,
    contacts: "auto",
    eventNames: 120,
    metadataKeys: 10,
  });
  const rates = signal<readonly RateWindow[]>([]);
  const faults = signal<readonly PlannedFault[]>([]);
  const names = signal<readonly EventName[]>([]);
  const clock = createShownClock(() => performance.now());
  const requestRate = createRequestRate();
  const events = createFeed<StoredEvent, EventFilter>({
    filter: {},
    matcher: eventMatcher,
    fetchPage: pageOf("events"),
  });
  const requests = createFeed<RecordedRequest, RequestFilter>({
    filter: {},
    matcher: requestMatcher,
    fetchPage: pageOf("requests"),
  });
  const contacts = createFeed<KnownContact, ContactFilter>({
    filter: {},
    matcher: contactMatcher,
    fetchPage: pageOf("contacts"),
  });
  const feeds = [events, requests, contacts];
  // The places that the next ones get.
  let nextEvent = 0;
  let nextRequest = 0;
  let namesChanged = false;
  let contactsChanged = 0;
  let refreshing = false;
  let refreshAgain = false;

  const second = (): number => Math.floor(performance.now() / 1000);

  function showStats(now: EmulatorStats): void {
    stats.value = now;
    requestRate.update(now.results, second());
  }

  /** Totals and windows are asked for, now and then, rather than counted: they are right whatever was missed. */
  async function refresh(): Promise<void> {
    refreshAgain = refreshing;
    if (refreshing) return;
    refreshing = true;
    await new Promise((resolve) => setTimeout(resolve, refreshMs));
    try {
      const [totals, windows, state] = await Promise.all([
        callControl<EmulatorStats>("stats"),
        callControl<readonly RateWindow[]>("rates"),
        callControl<ClockState>("clock"),
      ]);
      batch(() => {
        showStats(totals);
        rates.value = windows;
        clock.set(state);
      });
    } catch {
      // The stream ends too, and tells.
    }
    refreshing = false;
    if (refreshAgain) void refresh();
  }

  async function loadNames(): Promise<void> {
    namesChanged = false;
    const list = await callControl<readonly EventName[]>("event-names").catch(() => undefined);
    if (list) names.value = list;
    if (namesChanged) await loadNames(); // it may be older than what came by the stream
  }

  function putName(name: EventName): void {
    namesChanged = true;
    const rest = names.value.filter((each) => each.name !== name.name || each.workspace !== name.workspace);
    names.value = [...rest, name];
  }

  function startOver(): void {
    for (const feed of feeds) feed.reload();
    void loadNames();
  }

  function onMessages(messages: readonly Message[]): void {
    const newEvents: Row<StoredEvent>[] = [];
    const newRequests: Row<RecordedRequest>[] = [];
    let changed = 0;
    batch(() => {
      for (const message of messages) {
        switch (message.type) {
          case "state": {
            const { state } = message;
            nextEvent = state.stats.events;
            nextRequest = state.stats.requests;
            newEvents.length = 0;
            newRequests.length = 0;
            clock.set(state.clock);
            faults.value = state.faults;
            rates.value = state.rates;
            settings.value = state.settings;
            showStats(state.stats);
            startOver();
            break;
          }
          case "event":
            newEvents.push({ position: nextEvent, value: message.event });
            nextEvent += 1;
            break;
          case "request":
            newRequests.push({ position: nextRequest, value: message.request });
            nextRequest += 1;
            break;
          case "contact":
          case "contacts_cleared":
            changed += 1;
            break;
          case "event_name":
            putName(message.eventName);
            break;
          case "faults":
            faults.value = message.faults;
            break;
          case "clock":
            clock.set(message.clock);
            break;
          case "reset":
            nextEvent = 0;
            nextRequest = 0;
            newEvents.length = 0;
            newRequests.length = 0;
            rates.value = [];
            startOver();
            break;
          case "dropped":
            overrun.value = true;
            break;
          case "rate":
          case "event_count":
            break;
          default:
            message satisfies never;
        }
      }
      events.add(newEvents);
      requests.add(newRequests);
    });
    if (changed > 0) refreshContactsSoon(changed);
    void refresh();
  }

  /** A contact may be a new one or one that changed, so the list is asked for again, not too often. */
  function refreshContactsSoon(changed: number): void {
    const isUnderWay = contactsChanged > 0;
    contactsChanged += changed;
    if (isUnderWay) return;
    setTimeout(() => {
      contacts.refresh(contactsChanged);
      contactsChanged = 0;
    }, 500);
  }

  return {
    connection,
    overrun,
    stats,
    settings,
    rates,
    faults,
    names,
    events,
    requests,
    contacts,
    clock,
    requestRate,
    second,
    start: () =>
      followStream({
        onConnection: (now) => {
          connection.value = now;
        },
        onMessages,
      }),
  };
}
