import { checkListener } from "./check-options.ts";
import { isTaken } from "./route.ts";
import type { Tracker, TrackerEvents } from "./tracker.ts";

/** Tells the page how its events fare. */
export interface Announcer {
  readonly on: Tracker["on"];
  announce<Name extends keyof TrackerEvents>(name: Name, payload: TrackerEvents[Name]): void;
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

  return {
    complain,
    announce(name, payload) {
      // A list of its own, as a listener may add and remove others while it is called.
      const heard = [...listeners].filter(([other]) => other === name);
      for (const [, listener] of heard) {
        try {
          listener(payload as never);
        } catch (error) {
          console.error("intercom-events: a listener threw", error);
        }
      }
      if (heard.length === 0) for (const remark of remarksOn(payload)) complain(remark, payload);
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

/** They quote nothing of the event, so that there are few. To opt out is no loss. */
function remarksOn(payload: TrackerEvents[keyof TrackerEvents]): string[] {
  if ("warnings" in payload) return payload.warnings.map(({ code }) => `look at this event: ${code}`);
  const { outcome } = payload;
  const why = outcome.status === "dropped" ? outcome.reason : outcome.status;
  return isTaken(outcome) || why === "opted_out" ? [] : [`an event was lost: ${why}`];
}
