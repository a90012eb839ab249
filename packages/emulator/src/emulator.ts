import type { Change } from "./change.ts";
import type { EmulatorClock } from "./clock.ts";
import type { ContactInput, KnownContact } from "./contact.ts";
import type { EmulatorStats } from "./emulator-state.ts";
import type { EventName } from "./event-names.ts";
import type { Fault } from "./fault.ts";
import type { PlannedFault } from "./fault-plan.ts";
import type { ImportResult, Pieces } from "./import-export.ts";
import type { EventMatch } from "./match-event.ts";
import type { RequestMatch } from "./match-request.ts";
import type { RateWindow } from "./rate-window.ts";
import type { RecordedRequest } from "./request-log.ts";
import type { StoredEvent } from "./stored-event.ts";
import type { WaitOptions } from "./wait-for-event.ts";

/** Intercom's side of data events, on this machine. */
export interface Emulator {
  /**
   * Answers as `fetch` does, in process and without a network, whatever host the URL names; links in replies lead there.
   * @throws TypeError unless the URL is absolute and http or https, and when a fault resets the connection or `close`
   * ends it; the signal's reason when it aborts
   * @example
   * createClient({ token: "test-token", transport: ({ url, ...init }) => emulator.fetch(url, init) });
   */
  readonly fetch: (input: Request | URL | string, init?: RequestInit) => Promise<Response>;
  /**
   * Serves HTTP until `close`. Port 0 takes any free one.
   * @throws Error when it is listening already, or the address cannot be taken
   * @throws TypeError for an empty host, or one that is not a string
   */
  listen(port?: number, host?: string): Promise<{ url: string; port: number }>;
  /** Stops listening, ends every connection and closes the data file. What was stored stays. */
  close(): Promise<void>;
  /**
   * The events stored, or those that match, in the order they came: neither duplicates nor what was refused.
   * @throws TypeError for a malformed match
   */
  events(match?: EventMatch): StoredEvent[];
  /**
   * The latest requests, or those that match, oldest first, whatever became of them.
   * @throws TypeError for a malformed match
   */
  requests(match?: RequestMatch): RecordedRequest[];
  /**
   * Waits for an event that matches; one that is stored already will do.
   * @throws AssertionError when none comes in time, saying what came near and what was refused
   * @throws TypeError for a malformed match
   * @example
   * await emulator.waitForEvent({ eventName: "placed-order", contact: "314159", metadata: { items: 3 } });
   */
  waitForEvent(match: EventMatch, options?: WaitOptions): Promise<StoredEvent>;
  /** Contacts, event names, events and counts as newline-delimited JSON, in pieces of whole lines. */
  export(): Iterable<string>;
  /**
   * Adds what `export` gave to what is stored. If a line is wrong, those before it stay imported.
   * @throws TypeError naming the line that is wrong
   */
  import(pieces: Pieces): Promise<ImportResult>;
  /** Calls back after each change, until the function it returns is called. */
  onChange(listener: (change: Change) => void): () => void;
  /** Forgets events, contacts, names, requests and rate windows; faults and clock are as they were at first. */
  reset(): void;
  /**
   * Sets what goes wrong, in place of what was set before; the first fault that meets a request acts.
   * @throws TypeError for a malformed fault
   */
  setFaults(faults: readonly Fault[]): void;
  /**
   * Sets the contacts that exist, in place of all others. One that comes back has its events again.
   * @throws TypeError for a malformed contact
   */
  setContacts(contacts: readonly ContactInput[]): void;
  /** Adds contacts, or replaces those of the same `id`, or `user_id` where no `id` is given. @throws TypeError for a malformed contact */
  putContacts(contacts: readonly ContactInput[]): KnownContact[];
  /** The contacts that exist, with their ids. */
  contacts(): KnownContact[];
  /** The event names seen, in folded form. */
  eventNames(): EventName[];
  /**
   * Archives an event name, which frees its place; its events stay. False: no such name is active.
   * @param workspace "default" unless given
   */
  archiveEventName(name: string, workspace?: string): boolean;
  /** The rate windows that requests were counted in last. */
  rates(): RateWindow[];
  /** The faults that are set, and how many requests each is yet to meet. */
  faults(): PlannedFault[];
  /** The clock that everything goes by. */
  readonly clock: EmulatorClock;
  /** Totals since the start or the last `reset`. */
  stats(): EmulatorStats;
  /** Closes the emulator at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void>;
}
