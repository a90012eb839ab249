import { AssertionError } from "node:assert";
import { clearTimeout, setTimeout } from "node:timers"; // a test's fake ones take the place of the global ones
import type { EmulatorState } from "./emulator-state.ts";
import { explainMiss } from "./explain-miss.ts";
import { checkEventMatch, differences, type EventMatch, type OwnedEvent } from "./match-event.ts";
import { checkKeys, isInteger, misuse } from "./misuse.ts";
import type { StoredEvent } from "./stored-event.ts";

/** How long to wait. */
export interface WaitOptions {
  /** Real milliseconds, whatever the emulator's clock shows. @default 5000 */
  readonly timeoutMs?: number | undefined;
}

/** The stored events that match, in the order they came. */
export function matchingEvents(state: EmulatorState, match: EventMatch): StoredEvent[] {
  checkEventMatch("find events", match);
  return state.events().filter((event) => differences(owned(state, event), match).length === 0);
}

/**
 * The first stored event that matches, be it there already or yet to come.
 * @throws AssertionError when none comes in time, saying what came near
 * @throws TypeError for a malformed match or time
 */
export async function waitForEvent(
  state: EmulatorState,
  match: EventMatch,
  options: WaitOptions = {},
): Promise<StoredEvent> {
  const action = "wait for event";
  checkEventMatch(action, match);
  checkKeys(action, options, { name: "options", known: ["timeoutMs"] });
  const { timeoutMs = 5000 } = options;
  if (!isInteger(timeoutMs, 0, 2 ** 31 - 1)) {
    throw misuse(action, "timeoutMs", "milliseconds, 0 or more", timeoutMs);
  }
  const there = state.events().find((event) => differences(owned(state, event), match).length === 0);
  if (there) return there;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stop();
      reject(missed(state, match, timeoutMs));
    }, timeoutMs);
    const stop = state.changes.listen((change) => {
      if (change.type !== "event" || differences(owned(state, change.event), match).length > 0) return;
      stop();
      clearTimeout(timer);
      resolve(change.event);
    });
  });
}

function owned(state: EmulatorState, event: StoredEvent): OwnedEvent {
  const contact = state.workspace(event.workspace).contacts.find({ id: event.intercom_user_id });
  return { event, contact: contact === "ambiguous" ? undefined : contact };
}

function missed(state: EmulatorState, match: EventMatch, timeoutMs: number): AssertionError {
  const events = state.events().map((event) => owned(state, event));
  const explanation = explainMiss(match, { events, requests: state.log.list() });
  return new AssertionError({
    message: `No event matched within ${timeoutMs} ms\n${explanation}`,
    operator: "waitForEvent",
    expected: match,
    actual: events.map(({ event }) => event).slice(-3),
  });
}
