import { isDelivered, type Outcome } from "@intercom-events/core";
import { checkListener } from "./check-options.ts";
import type { EncodedPageEvent } from "./route.ts";
import type { Tracker, TrackerEvents } from "./tracker.ts";
import { whyLost } from "./why-lost.ts";

/** Tells the page how its events fare. */
export interface Announcer {
  readonly on: Tracker["on"];
  /**
   * Tells the listeners; where there are none, the console.
   *
   * @param remarks what the console hears, each once; they quote nothing of the event, so that there are few
   */
  announce<Name extends keyof TrackerEvents>(
    name: Name,
    payload: TrackerEvents[Name],
    remarks: readonly string[],
  ): void;
  /** Tells that an event has ended. */
  ended(outcome: Outcome, event: EncodedPageEvent | undefined): void;
  /** Says once what does not work. */
  complain(message: string, cause: unknown): void;
}

/** Tells listeners; where there are none, the console hears of the first loss and remark of each kind. */
export function createAnnouncer(): Announcer {
  const told = new Set<string>();
  const listeners = new Set<readonly [name: string, listener: (payload: never) => void]>();

  function complain(remark: string, details: unknown): void {
    if (told.has(remark)) return;
    told.add(remark);
    console.warn(`intercom-events: ${remark} (said once)`, details);
  }

  const announce: Announcer["announce"] = (name, payload, remarks) => {
    // A list of its own, as a listener may add and remove others while it is called.
    const heard = [...listeners].filter(([other]) => other === name);
    for (const [, listener] of heard) {
      try {
        listener(payload as never);
      } catch (error) {
        console.error("intercom-events:", error);
      }
    }
    if (heard.length === 0) for (const remark of remarks) complain(remark, payload);
  };

  return {
    announce,
    complain,
    ended(outcome, event) {
      const why = "reason" in outcome ? outcome.reason : outcome.status;
      // To opt out is no loss.
      const isLost = !isDelivered(outcome) && why !== "opted_out";
      announce(
        "outcome",
        { outcome, ...(event && { event }) },
        isLost ? [`an event was lost: ${why}${whyLost(outcome)}`] : [],
      );
    },
    on(name, listener) {
      checkListener(name, listener);
      // One of its own, as a listener that is added twice is called twice.
      const added = [name, listener] as const;
      listeners.add(added);
      return () => void listeners.delete(added);
    },
  };
}
