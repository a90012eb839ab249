import { createEmitter, type DropReason, type Outcome } from "@intercom-events/core";
import type { Tracker, TrackerEvents } from "./tracker.ts";

/** Tells the page how its events fare. */
export interface Announcer {
  readonly on: Tracker["on"];
  outcome(payload: TrackerEvents["outcome"]): void;
  warning(payload: TrackerEvents["warning"]): void;
}

/** What the console says of an event that was dropped. To opt out is no loss, so it says nothing. */
const REASONS: Readonly<Record<DropReason, string | undefined>> = {
  queue_full: "too many events are waiting",
  not_stored: "there is no page here",
  expired: "the Messenger did not boot in time; is it blocked?",
  closed: "the tracker was closed",
  opted_out: undefined,
};

/** Tells listeners; where there are none, the console hears of the first loss and remark of each kind. */
export function createAnnouncer(): Announcer {
  const told = new Set<string>();
  const { on, has, emit } = createEmitter<TrackerEvents>(["outcome", "warning"], (name, error) =>
    console.error(`intercom-events: a listener of "${name}" threw`, error),
  );

  function tellOnce(text: string, details: unknown): void {
    if (told.has(text)) return;
    told.add(text);
    console.warn(`intercom-events: ${text} (said once)`, details);
  }

  return {
    on,
    outcome(payload) {
      const loss = has("outcome") ? undefined : describeLoss(payload.outcome);
      if (loss) tellOnce(`an event was lost: ${loss}`, payload);
      emit("outcome", payload);
    },
    warning(payload) {
      if (!has("warning")) {
        for (const { code } of payload.warnings) tellOnce(`look at this event: ${code}`, payload);
      }
      emit("warning", payload);
    },
  };
}

/** Why an event was lost, if it was. The text is the kind of loss too, so it quotes nothing of the event. */
function describeLoss(outcome: Outcome): string | undefined {
  switch (outcome.status) {
    case "accepted":
    case "duplicate":
      return undefined;
    case "dropped":
      return REASONS[outcome.reason];
    case "invalid":
    case "rejected":
      return outcome.status;
    default:
      return outcome satisfies never;
  }
}
