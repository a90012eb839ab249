import type { DropReason, Outcome } from "@intercom-events/core";
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

/** What the console says of an event that was dropped. To opt out is no loss, so it says nothing. */
const REASONS: Readonly<Record<DropReason, string | undefined>> = {
  queue_full: "too many events are waiting",
  not_stored: "there is no page here",
  expired: "it waited too long; is the Messenger blocked?",
  closed: "the tracker was closed",
  opted_out: undefined,
};

type Name = keyof TrackerEvents;

interface Entry {
  readonly name: Name;
  readonly listener: (payload: never) => void;
}

const TASK = "add a listener";

/** Tells listeners; where there are none, the console hears of the first loss and remark of each kind. */
export function createAnnouncer(): Announcer {
  const told = new Set<string>();
  // A new list at each change, so that a listener may add and remove others while it is called.
  let entries: readonly Entry[] = [];

  /** The remarks quote nothing of the event, so that there are few. */
  function tell(name: Name, payload: object, remarks: readonly string[]): void {
    const heard = entries.filter((entry) => entry.name === name);
    if (heard.length === 0) for (const remark of remarks) complain(remark, payload);
    for (const { listener } of heard) {
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
      check(TASK, "name", name, oneOf("outcome", "warning"));
      check(TASK, "listener", listener, A_FUNCTION);
      const entry = { name, listener };
      entries = [...entries, entry];
      return () => {
        entries = entries.filter((other) => other !== entry);
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

/** Why an event was lost, if it was. */
function lossOf(outcome: Outcome): string[] {
  if (isTaken(outcome)) return [];
  const why = outcome.status === "dropped" ? REASONS[outcome.reason] : outcome.status;
  return why ? [`an event was lost: ${why}`] : [];
}
