import type { Outbox, OutboxRecord } from "@intercom-events/core";
import type { SharedStore, StoreHost } from "./shared-store.ts";

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
   * Answers the record to keep, once its second is decided; called inside the transaction, which waits for
   * nothing after. It is `undefined` for an event that the page has given up storing: then it is certainly
   * not kept. The others may or may not be, with the body that this gave.
   */
  finish(second: number): OutboxRecord | undefined;
}
