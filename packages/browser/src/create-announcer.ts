import { createEmitter, type DropReason, type Outcome } from "@intercom-events/core";
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

/** Tells listeners; where there are none, the console hears of the first loss and remark of each kind. */
export function createAnnouncer(): Announcer {
  const told = new Set<string>();
  const { on, has, emit } = createEmitter<TrackerEvents>(["outcome", "warning"], (name, error) =>
    console.error(`intercom-events: a listener of "${name}" threw`, error),
  );

  /** The remarks quote nothing of the event, so that there are few. */
  function tell<Name extends keyof TrackerEvents>(
    name: Name,
    payload: TrackerEvents[Name],
    remarks: readonly string[],
  ): void {
    for (const remark of has(name) ? [] : remarks) complain(remark, payload);
    emit(name, payload);
  }

  function complain(remark: string, details: unknown): void {
    if (told.has(remark)) return;
    told.add(remark);
    console.warn(`intercom-events: ${remark} (said once)`, details);
  }

  return {
    on,
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
  if (outcome.status === "accepted" || outcome.status === "duplicate") return [];
  const why = outcome.status === "dropped" ? REASONS[outcome.reason] : outcome.status;
  return why ? [`an event was lost: ${why}`] : [];
}
