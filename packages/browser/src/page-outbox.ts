import type { LeaseRequest, Outbox, OutboxRecord } from "@intercom-events/core";
import type { Step } from "./next-step.ts";
import type { OutgoingEvent, OwnEvent } from "./own-event.ts";
import type { DeliverySettings } from "./route.ts";

/** An outbox of pages: tabs that share it never give two events of one name the same second. */
export interface PageOutbox extends Outbox {
  /** Tells the store from others of the origin; tabs with a store of one name deliver one at a time. */
  readonly name?: string;
  /**
   * Keeps new events, all in one transaction, each at the first second from its own on that no other event
   * of its name has in this store; where none of the 60 after it is free, at its own. Those that have ended
   * count for an hour.
   *
   * @param leaseUntil when this outbox's lease on them runs out, in milliseconds since the epoch; without it
   *   they are free to be leased
   * @returns what is kept: all drafts but those that were given up meanwhile
   */
  appendApart(drafts: readonly PageDraft[], leaseUntil?: number): Promise<readonly OutboxRecord[]>;
  /** Shares it with the other tabs: `createSharedStore`. So only pages that have an outbox carry what that takes. */
  share(host: StoreHost): SharedStore;
  /** Deletes everything it holds, dead letters and remembered seconds included. Also works once it is closed. */
  clear(): Promise<void>;
}

/** An event whose second is still open, and with it the body. */
export interface PageDraft {
  /** The event's name as Intercom tells names apart. */
  readonly name: string;
  /** The second it was tracked in, since the epoch. */
  readonly second: number;
  /**
   * Returns the record to keep, once its second is decided; called inside the transaction, which waits for
   * nothing after. It is `undefined` for an event that the page has given up storing: then it is certainly
   * not kept. The others may or may not be, with the body that this gave.
   */
  finish(second: number): OutboxRecord | undefined;
}

/** What a delivery does with a store that tabs share; made by `createSharedStore`. */
export interface SharedStore {
  /** Stores an event of this page, with those that follow at once. */
  put(event: OwnEvent): void;
  /** Leases the events this tab is to send. */
  lease(limit: number): Promise<OutgoingEvent[]>;
  /** Ends events, of which it tells the tabs that may have tracked them, and keeps what is to be sent again. */
  note(steps: readonly Step[]): void;
  /**
   * The events of this page to send as it goes, the most urgent last: all but what is stored and has to wait. What is
   * not stored yet is the page's to deliver from now on.
   */
  leaving(): OwnEvent[];
  /** Notes what is sent as the page goes, so that the next page does not send it at once. */
  markInFlight(sent: readonly OutgoingEvent[]): void;
  /** Compares with what the store holds, and so finds out about events whose end nobody has told. */
  reconcile(): Promise<void>;
  /** Whether it is known to hold events that this tab is to deliver. */
  hasBacklog(): boolean;
  /** Joins the tabs of which one delivers what the store holds. */
  joinGroup(): void;
  /** Lets other tabs deliver. */
  leaveGroup(): void;
  /** Deletes everything. */
  clear(): void;
  close(): void;
}

/** What a store needs of the delivery. */
export interface StoreHost {
  /** The events of this page without an outcome. */
  all(): OwnEvent[];
  readonly settings: DeliverySettings;
  /** Sends what can be sent. */
  pump(): void;
  /** Told that the visitor opts out in another tab. */
  cancelPending(): void;
  /** Milliseconds that no wait between attempts exceeds, if that was said. */
  readonly maxDelay: number | undefined;
}

/** What is asked of a store only where tabs share it. */
export interface StoreInside {
  /** The ids of all events it holds. */
  ids(): Promise<readonly unknown[]>;
  /** `lease` of what is due by another time than now. */
  leaseDue(request: LeaseRequest, by: number): Promise<OutboxRecord[]>;
}
