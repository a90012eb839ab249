import type { WireEvent } from "./event.ts";
import { foldName } from "./fold-name.ts";
import type { Hash } from "./hash-table.ts";

/** Makes hashes of events; {@link createEventHash}. */
export interface EventHash {
  /**
   * Of what Intercom de-duplicates on, at a second of our choice: contact and name (REST API, "Submitting
   * events"; names as it folds them).
   */
  of(event: WireEvent, second: number): Hash;
  /** Of a body, in 32 bits. */
  ofBody(body: string): number;
}

/** A hash under way. */
interface State {
  high: number;
  low: number;
}

/**
 * Hashes that differ from client to client, so that nobody can prepare events that meet in them. That two
 * of 10,000 events meet by chance happens once in some hundred thousand million times.
 *
 * @param random at least 0 and less than 1
 */
export function createEventHash(random: () => number): EventHash {
  const seed: State = { high: seedOf(random), low: seedOf(random) };
  /** The beginning of the last hash, as most events are tracked beside others of their second and name. */
  let start = { second: Number.NaN, name: "", kind: "", state: seed };

  function stateOf(second: number, name: string, kind: "u" | "i" | "e"): State {
    if (second !== start.second || name !== start.name || kind !== start.kind) {
      const state = { ...seed };
      const folded = foldName(name);
      add(state, `${second} ${kind} ${folded.length} ${folded}`); // The length, as it says where the contact begins.
      start = { second, name, kind, state };
    }
    return { ...start.state };
  }

  return {
    of(event, second) {
      const { event_name } = event;
      const kind = "user_id" in event ? "u" : "id" in event ? "i" : "e";
      const state = stateOf(second, event_name, kind);
      add(state, contactOf(event));
      state.low ||= 1; // 0 and 0 is no hash.
      return state;
    },
    ofBody(body) {
      const state = { ...seed };
      add(state, body);
      return state.high;
    },
  };
}

function contactOf(event: WireEvent): string {
  if ("user_id" in event) return event.user_id;
  return "id" in event ? event.id : event.email.toLowerCase();
}

function seedOf(random: () => number): number {
  return Math.floor(random() * 2 ** 32) | 0;
}

/** Adds a text by FNV-1a, in each half with a factor of its own. */
function add(state: State, text: string): void {
  let { high, low } = state;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x5bd1e995);
  }
  state.high = high;
  state.low = low;
}
