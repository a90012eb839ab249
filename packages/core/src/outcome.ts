import type { Issue } from "./issue.ts";
import type { Verdict } from "./verdict.ts";

/** Why an event was given up without Intercom's word. */
export type DropReason =
  /** Memory had no room for it, or it made room for a newer one: `queue.policy`. */
  | "queue_full"
  /** The outbox did not take it, or there is no page that could have sent it. */
  | "not_stored"
  /** It still failed at the end of `retry.maxAge`. */
  | "expired"
  /** It was tracked after `close`, or left over when the time of `close` was up. */
  | "closed"
  /** In a page: the visitor opted out. */
  | "opted_out";

/** How one tracked event ended. */
export type Outcome =
  /** Intercom answered 2xx. The Messenger answers nothing: there it means handed over. */
  | {
      readonly status: "accepted";
      /**
       * How often it was sent. 0 where another process that shares the outbox has ended the event, and the outbox has no
       * dead letter of it: it was sent, unless the outbox has forgotten the letter meanwhile.
       */
      readonly attempts: number;
      /** Names the request towards Intercom's support. */
      readonly requestId?: string;
    }
  /** An equal event, of the same contact, name, second and metadata, was accepted before: it was not sent again. */
  | { readonly status: "duplicate" }
  /** Intercom's last word was no. */
  | {
      readonly status: "rejected";
      /** What that was, or that none came. */
      readonly verdict: Exclude<Verdict, { kind: "accepted" }>;
      /** How often it was sent. */
      readonly attempts: number;
    }
  /** It could not be sent as given. */
  | {
      readonly status: "invalid";
      /** Why, all of it. */
      readonly issues: readonly [Issue, ...Issue[]];
    }
  /** It was given up for a reason on this side. */
  | {
      readonly status: "dropped";
      /** Why it was given up, without Intercom's word. */
      readonly reason: DropReason;
    };

/** The ways an event can end. */
export type OutcomeStatus = Outcome["status"];

/** A promise of the event's {@link Outcome}, which never rejects and may be left alone. */
export interface Receipt extends Promise<Outcome> {
  /**
   * `true` once the outbox holds the event (without one: once it is in the queue), `false` when it
   * was refused. Never rejects.
   */
  readonly stored: Promise<boolean>;
}
