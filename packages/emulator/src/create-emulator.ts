import { answerFetch } from "./answer-fetch.ts";
import type { EmulatorClock } from "./clock.ts";
import type { ContactInput, KnownContact } from "./contact.ts";
import { createHandler } from "./create-handler.ts";
import { createEmulatorState, type EmulatorStats } from "./emulator-state.ts";
import type { EventName } from "./event-names.ts";
import type { Fault } from "./fault.ts";
import type { PlannedFault } from "./fault-plan.ts";
import { type RunningServer, startServer } from "./http-server.ts";
import { type EmulatorOptions, resolveOptions } from "./options.ts";
import type { RateWindow } from "./rate-window.ts";
import type { RecordedRequest } from "./request-log.ts";
import type { StoredEvent } from "./stored-event.ts";

/** Intercom's side of data events, on this machine. */
export interface Emulator {
  /**
   * Answers a request in process, without a network, whatever host its URL names; links in replies lead there.
   * @throws TypeError when a fault resets the connection, the signal's reason when it aborts
   */
  fetch(request: Request): Promise<Response>;
  /**
   * Serves HTTP until `close`. Port 0 takes any free one.
   * @throws Error when it is listening already, or the address cannot be taken
   */
  listen(port?: number, host?: string): Promise<{ url: string; port: number }>;
  /** Stops listening and ends every connection. What was stored stays. */
  close(): Promise<void>;
  /** The events stored, in the order they came: neither duplicates nor what was refused. */
  events(): StoredEvent[];
  /** The latest requests, oldest first, whatever became of them. */
  requests(): RecordedRequest[];
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
  /** Adds contacts, or replaces those of the same `id`. @throws TypeError for a malformed contact */
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
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Creates an emulator.
 * @throws TypeError for a wrong or unknown option
 * @example
 * const emulator = createEmulator({ tokens: "test-token" });
 * const { url } = await emulator.listen();
 * // … point a client at `url`, let it track …
 * console.log(emulator.events());
 * await emulator.close();
 */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const state = createEmulatorState(resolveOptions(options));
  const handle = createHandler(state);
  let server: Promise<RunningServer> | undefined;

  async function listen(port = 0, host = "127.0.0.1"): Promise<{ url: string; port: number }> {
    if (server) throw new Error("Cannot listen: the emulator is listening already");
    server = startServer(handle, { port, host });
    try {
      const { url, port: actualPort } = await server;
      return { url, port: actualPort };
    } catch (error) {
      server = undefined;
      throw error;
    }
  }

  async function close(): Promise<void> {
    const running = server;
    server = undefined;
    await (await running)?.close();
  }

  return {
    fetch: (request) => answerFetch(handle, request),
    listen,
    close,
    events: () => [...state.events()],
    requests: state.log.list,
    reset: state.reset,
    setFaults: state.setFaults,
    setContacts: state.setContacts,
    putContacts: state.putContacts,
    contacts: state.contacts,
    eventNames: state.eventNames,
    archiveEventName: state.archiveEventName,
    rates: state.rates,
    faults: state.faults.list,
    clock: state.clock,
    stats: state.stats,
    [Symbol.asyncDispose]: close,
  };
}
