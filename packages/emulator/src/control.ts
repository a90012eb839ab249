import { moveClock } from "./clock.ts";
import type { EmulatorState } from "./emulator-state.ts";
import { listContactRows, listEventRows, listRequestRows } from "./list-rows.ts";
import { checkKeys, isText, misuse } from "./misuse.ts";
import {
  bodyLimit,
  emptyReply,
  jsonReply,
  type PlainReply,
  type PlainRequest,
  parseJson,
} from "./plain-message.ts";

type Control = (state: EmulatorState, body: unknown, query: string) => unknown;

/** What answers nothing is answered with 204. */
const controls: ReadonlyMap<string, Control> = new Map<string, Control>([
  // Without a query it is streamed (serve-streamed.ts).
  ["GET /_emulator/events", (state, _, query) => listEventRows(state, query)],
  [
    "GET /_emulator/requests",
    (state, _, query) => (query ? listRequestRows(state, query) : state.log.list()),
  ],
  ["GET /_emulator/stats", (state) => state.stats()],
  ["GET /_emulator/faults", (state) => state.faults.list()],
  [
    "GET /_emulator/contacts",
    (state, _, query) => (query ? listContactRows(state, query) : state.contacts()),
  ],
  ["GET /_emulator/event-names", (state) => state.eventNames()],
  ["GET /_emulator/rates", (state) => state.rates()],
  ["GET /_emulator/clock", (state) => state.clock.state()],
  ["PUT /_emulator/clock", (state, body) => moveClock(state.clock, body)],
  ["POST /_emulator/contacts", (state, body) => state.putContacts(listOf("contacts", body))],
  ["POST /_emulator/event-names/archive", archiveEventName],
  ["PUT /_emulator/faults", (state, body) => state.setFaults(listOf("faults", body))],
  ["PUT /_emulator/contacts", (state, body) => state.setContacts(listOf("contacts", body))],
  ["DELETE /_emulator/state", (state) => state.reset()],
]);

function archiveEventName(state: EmulatorState, body: unknown): { archived: boolean } {
  const action = "archive event name";
  checkKeys(action, body, { name: "body", known: ["name", "workspace"] });
  const { name, workspace } = body;
  if (!isText(name)) throw misuse(action, "name", "a non-empty string", name);
  if (workspace !== undefined && !isText(workspace)) {
    throw misuse(action, "workspace", "a non-empty string", workspace);
  }
  return { archived: state.archiveEventName(name, workspace) };
}

/** What people send by hand for a list: one thing, or the list under its name. Anything else is as it is. */
function listOf(name: string, body: unknown): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  const given: Readonly<Record<string, unknown>> = { ...body };
  const keys = Object.keys(given);
  if (keys.length === 1 && keys[0] === name) return given[name];
  return keys.length === 0 ? body : [body];
}

/** The endpoints that inspect and steer the emulator. They need no token. */
export function serveControl(state: EmulatorState, { method, path, query, body }: PlainRequest): PlainReply {
  const control = controls.get(`${method} ${path}`);
  if (!control) return jsonReply(404, { error: `${method} ${path} is not a control endpoint` });
  const reads = method === "PUT" || method === "POST";
  if (reads && body === undefined) {
    return jsonReply(413, { error: `the body is longer than ${bodyLimit} bytes` });
  }
  const value = parseJson(body ?? "");
  if (reads && value === undefined) return jsonReply(400, { error: "the body is no JSON" });
  try {
    const answer = control(state, value, query);
    return answer === undefined ? emptyReply(204) : jsonReply(200, answer);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return jsonReply(400, { error: error.message }); // misuse, in words
  }
}
