/** What a page is told of its own life; {@link watchPage}. */
export interface PageListeners {
  /** It is hidden, which may be the last it hears. */
  onHide?(): void;
  /** It goes: for good, or into the cache of pages to go back to. */
  onLeave?(): void;
  /** It is seen again. */
  onShow?(): void;
  /** It has come back from the cache. */
  onReturn?(): void;
  /** There may be a network again. */
  onOnline?(): void;
}

/** Listens to the page, until the answered function is called. React Native has a `window` without listeners. */
export function watchPage({ onHide, onLeave, onShow, onReturn, onOnline }: PageListeners): () => void {
  const listeners: Readonly<Record<string, (event: Event) => void>> = {
    visibilitychange: () => (globalThis.document?.visibilityState === "hidden" ? onHide : onShow)?.(),
    pagehide: () => onLeave?.(),
    pageshow: (event) => (event as PageTransitionEvent).persisted && onReturn?.(),
    online: () => onOnline?.(),
  };
  for (const name in listeners) window.addEventListener?.(name, listeners[name] as EventListener);
  return () => {
    for (const name in listeners) window.removeEventListener?.(name, listeners[name] as EventListener);
  };
}

/** Whether the browser is sure that it has no network. */
export function isOffline(): boolean {
  return globalThis.navigator?.onLine === false;
}

/** Whether there is a page: on a server and in a worker there is none. */
export function isPage(): boolean {
  return typeof window !== "undefined";
}
