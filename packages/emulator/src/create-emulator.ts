import { setMaxListeners } from "node:events";
import process from "node:process";
import { answerFetch } from "./answer-fetch.ts";
import { createHandler } from "./create-handler.ts";
import { type DataFile, openDataFile } from "./data-file.ts";
import type { Emulator } from "./emulator.ts";
import { createEmulatorState, type EmulatorState } from "./emulator-state.ts";
import { type RunningServer, startServer } from "./http-server.ts";
import { exportState, importState } from "./import-export.ts";
import { checkRequestMatch, matchesRequest } from "./match-request.ts";
import { isText, misuse } from "./misuse.ts";
import { type EmulatorOptions, resolveOptions } from "./options.ts";
import { createStreamedHandler } from "./serve-streamed.ts";
import { restoreRecord } from "./snapshot.ts";
import { toRequest } from "./to-request.ts";
import { matchingEvents, waitForEvent } from "./wait-for-event.ts";

/** Ends what is answered in process. However many wait for that at once, it is no leak, of which Node.js 20 warns. */
function createClosing(): AbortController {
  const closing = new AbortController();
  try {
    setMaxListeners(0, closing.signal);
  } catch {
    // That of a test's page, jsdom or happy-dom, is not Node.js's and warns of nothing.
  }
  return closing;
}

/** Puts back what the file holds, and from then on keeps in it what is stored. */
function keepIn(file: string, state: EmulatorState): DataFile {
  const data = openDataFile(file);
  data.load((record) => void restoreRecord(state, record));
  const orStop =
    <Args extends unknown[]>(write: (...args: Args) => void) =>
    (...args: Args): void => {
      try {
        write(...args);
      } catch (error) {
        // Once, and loudly: a file with holes would be worse than one that ends.
        stop();
        process.emitWarning(
          `Cannot keep data in ${file}, nothing is kept from now on: ${(error as Error).message}`,
        );
      }
    };
  const stop = state.changes.listen(orStop(data.save), orStop(data.commit));
  return data;
}

/**
 * Creates an emulator.
 * @throws TypeError for a wrong or unknown option
 * @throws Error when the data file cannot be used
 * @example
 * const emulator = createEmulator({ tokens: "test-token" });
 * const { url } = await emulator.listen();
 * // … point a client at `url`, let it track …
 * console.log(emulator.events());
 * await emulator.close();
 */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const policy = resolveOptions(options);
  const state = createEmulatorState(policy);
  const data = policy.data === undefined ? undefined : keepIn(policy.data, state);
  const handlers = { handle: createHandler(state), streamed: createStreamedHandler(state) };
  let server: Promise<RunningServer> | undefined;
  let closing = createClosing();

  async function listen(port = 0, host = "127.0.0.1"): Promise<{ url: string; port: number }> {
    // Node.js takes an empty one for all interfaces.
    if (!isText(host)) throw misuse("listen", "host", "a non-empty string", host);
    if (server) throw new Error("Cannot listen: the emulator is listening already");
    server = startServer(handlers, { port, host });
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
    closing.abort();
    closing = createClosing();
    await (await running?.catch(() => undefined))?.close(); // `listen` tells why it failed
    data?.close();
  }

  return {
    fetch: async (input, init) =>
      answerFetch({ ...handlers, closing: closing.signal }, toRequest(input, init)),
    listen,
    close,
    events: (match) => (match === undefined ? [...state.events()] : matchingEvents(state, match)),
    requests(match = {}) {
      checkRequestMatch(match);
      return state.log.list().filter((request) => matchesRequest(request, match));
    },
    waitForEvent: (match, wait) => waitForEvent(state, match, wait),
    export: () => exportState(state),
    import: (pieces) => importState(state, pieces),
    onChange: (listener) => state.changes.listen(listener),
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
