/** What a page is told of its own life: an event of its window, or that it was hidden or is seen again. */
export type PageMoment = "hidden" | "visible" | "pagehide" | "pageshow" | "online";

const EVENTS = ["visibilitychange", "pagehide", "pageshow", "online"] as const;

/** Listens to the page, until the returned function is called. React Native has a `window` without listeners. */
export function watchPage(listener: (moment: PageMoment) => void): () => void {
  const hear = ({ type }: Event) =>
    listener((type === EVENTS[0] ? window.document?.visibilityState : type) as PageMoment);
  function each(verb: "addEventListener" | "removeEventListener"): void {
    for (const name of EVENTS) window[verb]?.(name, hear);
  }
  each("addEventListener");
  return () => each("removeEventListener");
}

/** Whether the browser is sure that it has no network. */
export function isOffline(): boolean {
  return globalThis.navigator?.onLine === false;
}

/** Whether there is a page: on a server and in a worker there is none. */
export function isPage(): boolean {
  return typeof window !== "undefined";
}

/** TypeScript does not know yet that a document may be prerendered. */
type PageDocument = Document & { readonly prerendering?: boolean };

/**
 * Calls back at once, but on a page that the browser prerenders only when it is shown: it may never be, and then what it
 * tracks has not happened.
 */
export function onceShown(callback: () => void): void {
  if ((window.document as PageDocument | undefined)?.prerendering) {
    window.document.addEventListener("prerenderingchange", callback);
  } else callback();
}
