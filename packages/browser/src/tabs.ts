import type { Ending } from "@intercom-events/core";

/** What tabs that share a store tell each other. */
export type TabMessage =
  /** These events have ended. */
  | { readonly ended: readonly Ending[] }
  /** There are new events in the store. */
  | { readonly fresh: true }
  /** The store was emptied, as the visitor opted out. */
  | { readonly cleared: true };

/** The group of tabs that share a store, of which one delivers; {@link createTabs}. */
export interface Tabs {
  /** Whether this is the tab that delivers. */
  leads(): boolean;
  tell(message: TabMessage): void;
  /** Takes part in the group, from now on. */
  joinGroup(): void;
  /** Takes no part any more, and lets another tab of the group deliver. */
  leaveGroup(): void;
}

/**
 * Finds the one tab that delivers, by a lock that the browser frees when its tab dies. Where there are no
 * locks (pages without TLS) each tab delivers, and the leases of the store keep them apart.
 *
 * @param name of the store
 * @param onLead this tab delivers from now on
 */
export function createTabs(name: string, onLead: () => void, onMessage: (message: TabMessage) => void): Tabs {
  const key = `intercom-events ${name}`;
  let isLeading = false;
  let channel: BroadcastChannel | undefined;
  let membership: AbortController | undefined;

  function lead(): void {
    isLeading = true;
    onLead();
  }

  function apply({ signal }: AbortController): void {
    navigator.locks
      .request(key, { signal }, () => {
        if (signal.aborted) return undefined;
        lead();
        return new Promise((free) => signal.addEventListener("abort", free));
      })
      // A page of an opaque origin may not have locks.
      .catch(() => signal.aborted || lead());
  }

  return {
    leads: () => isLeading,
    tell(message) {
      try {
        const sender = channel ?? new BroadcastChannel(key);
        sender.postMessage(message);
        if (!channel) sender.close();
      } catch {
        // Who misses it looks into the store.
      }
    },
    joinGroup() {
      if (membership) return;
      membership = new AbortController();
      try {
        channel = new BroadcastChannel(key);
        channel.onmessage = ({ data }) => onMessage(data);
      } catch {
        // There is none, or not for this page: where site data are blocked it may be refused.
      }
      if (globalThis.navigator?.locks) apply(membership);
      else lead();
    },
    leaveGroup() {
      membership?.abort();
      membership = undefined;
      isLeading = false;
      // A channel or a lock would keep the page out of the cache of pages to go back to.
      channel?.close();
      channel = undefined;
    },
  };
}
