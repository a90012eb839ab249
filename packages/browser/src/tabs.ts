import type { Ending } from "@intercom-events/core";

/** What tabs that share a store tell each other. */
export type TabMessage =
  /** These events have ended. */
  | { readonly ended: readonly Ending[] }
  /** There are new events in the store. */
  | { readonly fresh: true }
  /** The store was emptied, as the visitor opted out. */
  | { readonly cleared: true };

/** The tabs that share a store; {@link createTabs}. */
export interface Tabs {
  /** Whether this is the tab that delivers. */
  leads(): boolean;
  tell(message: TabMessage): void;
  /** Takes part, from now on. */
  join(): void;
  /** Takes no part any more, and lets another tab deliver. */
  leave(): void;
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
  let resign: (() => void) | undefined;

  function lead(): void {
    isLeading = true;
    onLead();
  }

  function apply(): void {
    const abort = new AbortController();
    let free = () => {};
    const held = new Promise<void>((resolve) => {
      free = resolve;
    });
    resign = () => {
      abort.abort();
      free();
    };
    navigator.locks
      .request(key, { signal: abort.signal }, () => {
        if (abort.signal.aborted) return undefined;
        lead();
        return held;
      })
      // A page of an opaque origin may not have locks.
      .catch(() => abort.signal.aborted || lead());
  }

  return {
    leads: () => isLeading,
    tell(message) {
      try {
        channel?.postMessage(message);
      } catch {
        // Who misses it looks into the store.
      }
    },
    join() {
      if (resign) return;
      resign = () => {};
      if (typeof BroadcastChannel === "function") {
        channel = new BroadcastChannel(key);
        channel.onmessage = ({ data }) => onMessage(data);
      }
      if (globalThis.navigator?.locks) apply();
      else lead();
    },
    leave() {
      resign?.();
      resign = undefined;
      isLeading = false;
      // A channel or a lock would keep the page out of the cache of pages to go back to.
      channel?.close();
      channel = undefined;
    },
  };
}
