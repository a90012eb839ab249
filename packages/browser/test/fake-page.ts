/** A call that a Messenger got. */
type Call = readonly unknown[];

/** A window with what the Messenger's snippet and script do to it, for tests that have no browser. */
export interface FakePage {
  /** What the Messenger was given while booted, in order. */
  readonly delivered: Call[];
  /** What it was given while not booted: the real one loses that. */
  readonly lost: Call[];
  /** What a stub queued. */
  readonly queued: Call[];
  /** Puts in the stub of the snippet, as the page does before the script has loaded. */
  stub(): void;
  /** Loads the script, which takes the stub's place. */
  load(): void;
  boot(): void;
  shutdown(): void;
  /** Takes `window.Intercom` away. */
  unload(): void;
  /** Puts in something else. */
  put(intercom: unknown): void;
  /** Shows what was prerendered until now. */
  show(): void;
  dispatch(name: string): void;
  listeners(): number;
  /** Takes the window away: a server from now on. */
  remove(): void;
}

/** @param prerendering whether the browser makes the page ready without showing it yet */
export function fakePage(prerendering = false): FakePage {
  const delivered: Call[] = [];
  const lost: Call[] = [];
  const queued: Call[] = [];
  const target = new EventTarget();
  const listeners = new Map<string, Set<() => void>>();
  const document = Object.assign(new EventTarget(), { prerendering });
  const page: Record<string, unknown> = {
    document,
    addEventListener(name: string, callback: () => void) {
      listeners.set(name, (listeners.get(name) ?? new Set()).add(callback));
      target.addEventListener(name, callback);
    },
    removeEventListener(name: string, callback: () => void) {
      listeners.get(name)?.delete(callback);
      target.removeEventListener(name, callback);
    },
  };
  const intercom = Object.assign((...call: Call) => void (intercom.booted ? delivered : lost).push(call), {
    booted: false,
  });
  Reflect.set(globalThis, "window", page);
  return {
    delivered,
    lost,
    queued,
    stub: () => Reflect.set(page, "Intercom", (...call: Call) => void queued.push(call)),
    load: () => Reflect.set(page, "Intercom", intercom),
    boot() {
      Reflect.set(page, "Intercom", intercom);
      intercom.booted = true;
    },
    shutdown() {
      intercom.booted = false;
    },
    unload: () => Reflect.deleteProperty(page, "Intercom"),
    put: (other) => Reflect.set(page, "Intercom", other),
    show() {
      document.prerendering = false;
      document.dispatchEvent(new Event("prerenderingchange"));
    },
    dispatch: (name) => target.dispatchEvent(new Event(name)),
    listeners: () => [...listeners.values()].reduce((count, { size }) => count + size, 0),
    remove: () => Reflect.deleteProperty(globalThis, "window"),
  };
}
