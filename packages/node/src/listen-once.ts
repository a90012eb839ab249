type Listener = (signal: NodeJS.Signals) => unknown;

/** What listens for one event of the process. */
interface Listening {
  readonly listeners: Set<Listener>;
  readonly tell: Listener;
}

/** Copies may be of different versions of this package: what is kept here must not change its shape, or else its name. */
const KEY = Symbol.for("intercom-events.listeners");

/**
 * Listens for an event of the process, together with all other copies of this package: Jest's `resetModules`, or a
 * bundler that builds anew while one develops, makes many, and Node.js warns of more than ten listeners.
 *
 * @returns a function that ends that
 */
export function listenOnce(event: "beforeExit" | "exit" | NodeJS.Signals, listener: Listener): () => void {
  const shared = globalThis as { [KEY]?: Map<string, Listening> };
  shared[KEY] ??= new Map();
  const all = shared[KEY];
  const listening = all.get(event) ?? listen(event);
  all.set(event, listening);
  const { listeners, tell } = listening;
  listeners.add(listener);
  return () => {
    if (!listeners.delete(listener) || listeners.size > 0) return;
    all.delete(event);
    process.off(event, tell);
  };
}

function listen(event: string): Listening {
  const listeners = new Set<Listener>();
  const tell: Listener = (signal) => {
    for (const listener of [...listeners]) listener(signal);
  };
  process.on(event as NodeJS.Signals, tell);
  return { listeners, tell };
}
