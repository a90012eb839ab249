import type { Outcome } from "@intercom-events/core";
import { A_FUNCTION, check, oneOf } from "./check-options.ts";
import { isTaken } from "./route.ts";
import type { Tracker, TrackerEvents } from "./tracker.ts";

/** Tells the page how its events fare. */
export interface Announcer {
  readonly on: Tracker["on"];
  outcome(payload: TrackerEvents["outcome"]): void;
  warning(payload: TrackerEvents["warning"]): void;
  /** Says once what does not work. */
  complain(message: string, cause: unknown): void;
}

type Name = keyof TrackerEvents;
type Listener = (payload: never) => void;

const TASK = "add a listener";

/** Tells listeners; where there are none, the console hears of the first loss and remark of each kind. */
export function createAnnouncer(): Announcer {
  const told = new Set<string>();
  // New lists at each change, so that a listener may add and remove others while it is called.
  const listeners: Record<Name, readonly Listener[]> = { outcome: [], warning: [] };

  /** The remarks quote nothing of the event, so that there are few. */
  function tell(name: Name, payload: object, remarks: readonly string[]): void {
    const heard = listeners[name];
    if (heard.length === 0) for (const remark of remarks) complain(remark, payload);
    for (const listener of heard) {
      try {
        listener(payload as never);
      } catch (error) {
        console.error(`intercom-events: a listener of "${name}" threw`, error);
      }
    }
  }

  function complain(remark: string, details: unknown): void {
    if (told.has(remark)) return;
    told.add(remark);
    console.warn(`intercom-events: ${remark} (said once)`, details);
  }

  return {
    on(name, listener) {
      check(TASK, "name", name, oneOf(...Object.keys(listeners)));
      check(TASK, "listener", listener, A_FUNCTION);
      // One of its own, as a listener that is added twice is called twice.
      const added: Listener = (payload) => listener(payload);
      listeners[name] = [...listeners[name], added];
      return () => {
        listeners[name] = listeners[name].filter((other) => other !== added);
      };
    },
    complain,
    outcome: (payload) => tell("outcome", payload, lossOf(payload.outcome)),
    warning: (payload) =>
      tell(
        "warning",
        payload,
        payload.warnings.map(({ code }) => `look at this event: ${code}`),
      ),
  };
}

/** Why an event was lost, if it was; to opt out is no loss. */
function lossOf(outcome: Outcome): string[] {
  const why = outcome.status === "dropped" ? outcome.reason : outcome.status;
  return isTaken(outcome) || why === "opted_out" ? [] : [`an event was lost: ${why}`];
}
