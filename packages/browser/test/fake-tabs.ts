import { type FakeClock, fakeClock } from "../../core/tests/fake-clock.ts";

/** A tab of a browser that is not there. */
export interface FakeTab {
  readonly clock: FakeClock;
  isAlive(): boolean;
  /** Runs code that the page would run as it loads: what it asks the browser for belongs to this tab. */
  run<T>(work: () => T): T;
  dispatch(name: string, details?: object): void;
  /** Ends the tab without a word, as a crash does. */
  kill(): void;
}

/** A request that a tab has made. */
export interface FakeRequest {
  readonly tab: FakeTab | undefined;
  readonly url: string;
  readonly body: string;
  readonly keepalive: boolean;
}

/** Answers a request; what rejects had no reply. */
export type Answering = (request: FakeRequest) => Promise<Response>;

/** A browser with its tabs, in the place of the globals of a page. */
export interface FakeBrowser {
  open(clock?: FakeClock): FakeTab;
  setOnline(isOnline: boolean): void;
  setVisible(isVisible: boolean): void;
  /** Locks that are held. */
  locks(): number;
  /** Requests so far. */
  readonly requests: FakeRequest[];
  remove(): void;
}

interface Pending {
  readonly tab: FakeTab;
  readonly start: () => void;
}

/** Puts a browser in. Requests name their tab in the address: `https://site.test/relay?tab=0`. */
export function fakeBrowser(answer: Answering): FakeBrowser {
  const tabs: FakeTab[] = [];
  const targets = new Map<FakeTab, EventTarget>();
  const channels = new Set<{
    tab: FakeTab | undefined;
    name: string;
    onmessage?: (event: { data: unknown }) => void;
  }>();
  const requests: FakeRequest[] = [];
  let current: FakeTab | undefined;
  let held: FakeTab | undefined;
  let queue: Pending[] = [];
  let isOnline = true;
  let isVisible = true;

  function grant(): void {
    while (!held) {
      const next = queue.shift();
      if (!next) return;
      if (next.tab.isAlive()) next.start();
    }
  }

  const locks = {
    request(_name: string, { signal }: { signal: AbortSignal }, callback: () => Promise<void> | undefined) {
      const tab = current as FakeTab;
      return new Promise<void>((resolve, reject) => {
        const start = () => {
          held = tab;
          Promise.resolve(callback()).then(() => {
            if (held === tab) held = undefined;
            resolve();
            grant();
          });
        };
        const pending = { tab, start };
        queue.push(pending);
        signal.addEventListener("abort", () => {
          if (!queue.includes(pending)) return;
          queue = queue.filter((other) => other !== pending);
          reject(new Error("aborted"));
        });
        queueMicrotask(grant);
      });
    },
  };

  class FakeChannel {
    readonly tab = current;
    readonly name: string;
    onmessage?: (event: { data: unknown }) => void;
    constructor(name: string) {
      this.name = name;
      channels.add(this);
    }
    postMessage(data: unknown): void {
      if (this.tab?.isAlive() === false) return;
      const copy = structuredClone(data);
      for (const other of channels) {
        if (other === this || other.name !== this.name) continue;
        setImmediate(() => {
          if (other.tab?.isAlive() && channels.has(other)) other.onmessage?.({ data: copy });
        });
      }
    }
    close(): void {
      channels.delete(this);
    }
  }

  const globals: Record<string, unknown> = {
    window: {
      addEventListener: (name: string, listener: () => void) =>
        current && targets.get(current)?.addEventListener(name, listener),
      removeEventListener: (name: string, listener: () => void) => {
        for (const target of targets.values()) target.removeEventListener(name, listener);
      },
      document: {
        get visibilityState() {
          return isVisible ? "visible" : "hidden";
        },
      },
    },
    navigator: {
      locks,
      get onLine() {
        return isOnline;
      },
    },
    BroadcastChannel: FakeChannel,
    fetch: async (url: string, init: RequestInit) => {
      const tab = tabs[Number(new URL(url).searchParams.get("tab"))];
      const request = { tab, url, body: String(init.body), keepalive: init.keepalive === true };
      if (tab && !tab.isAlive()) return new Promise(() => {});
      requests.push(request);
      const reply = new Promise<Response>((resolve, reject) => {
        init.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
        answer(request).then(resolve, reject);
      });
      try {
        const response = await reply;
        return tab && !tab.isAlive() ? new Promise(() => {}) : response;
      } catch (error) {
        if (tab && !tab.isAlive()) return new Promise(() => {});
        throw error;
      }
    },
  };
  const before = Object.entries(globals).map(
    ([name]) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  );
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }

  return {
    open(clock = fakeClock()) {
      let isAlive = true;
      const tab: FakeTab = {
        clock: {
          ...clock,
          after: (milliseconds, callback) => clock.after(milliseconds, () => isAlive && tab.run(callback)),
        },
        isAlive: () => isAlive,
        run(work) {
          const outer = current;
          current = tab;
          try {
            return work();
          } finally {
            current = outer;
          }
        },
        dispatch: (name, details) =>
          tab.run(() => targets.get(tab)?.dispatchEvent(Object.assign(new Event(name), details))),
        kill() {
          isAlive = false;
          if (held === tab) held = undefined;
          grant();
        },
      };
      tabs.push(tab);
      targets.set(tab, new EventTarget());
      return tab;
    },
    setOnline(value) {
      isOnline = value;
    },
    setVisible(value) {
      isVisible = value;
    },
    locks: () => (held ? 1 : 0) + queue.length,
    requests,
    remove() {
      for (const [name, descriptor] of before) {
        if (descriptor) Object.defineProperty(globalThis, name, descriptor);
        else Reflect.deleteProperty(globalThis, name);
      }
    },
  };
}

/** Lets all that is ready run: promises, and several turns of what waits for the store. */
export async function settleDown(turns = 12): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
}
