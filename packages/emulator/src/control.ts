import type { EmulatorState } from "./emulator-state.ts";
import { emptyReply, jsonReply, type PlainReply, type PlainRequest, parseJson } from "./plain-message.ts";

/** Every control endpoint starts with it. */
export const controlPrefix = "/_emulator/";

type Control = (state: EmulatorState, body: unknown) => unknown;

/** What answers nothing is answered with 204. */
const controls: ReadonlyMap<string, Control> = new Map<string, Control>([
  ["GET /_emulator/events", (state) => state.events()],
  ["GET /_emulator/requests", (state) => state.log.list()],
  ["GET /_emulator/stats", (state) => state.stats()],
  ["PUT /_emulator/faults", (state, body) => state.setFaults(body)],
  ["PUT /_emulator/contacts", (state, body) => state.setContacts(body)],
  ["DELETE /_emulator/state", (state) => state.reset()],
]);

/** The endpoints that inspect and steer the emulator. They need no token. */
export function serveControl(state: EmulatorState, { method, path, body }: PlainRequest): PlainReply {
  const control = controls.get(`${method} ${path}`);
  if (!control) return jsonReply(404, { error: `${method} ${path} is not a control endpoint` });
  try {
    const answer = control(state, parseJson(body ?? ""));
    return answer === undefined ? emptyReply(204) : jsonReply(200, answer);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return jsonReply(400, { error: error.message }); // misuse, in words
  }
}
