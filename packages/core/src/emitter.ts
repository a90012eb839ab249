/** Tells listeners what happens; {@link createEmitter}. */
export interface Emitter<Events extends object> {
  /** Adds a listener and answers how to remove it. Adding the same one twice calls it twice. */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void;
  /** Whether anyone listens. */
  has(name: keyof Events): boolean;
  /** Calls the listeners in the order they were added. */
  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void;
}

type Listener = (payload: never) => void;

/**
 * Listeners by event name. For packages that build on core.
 *
 * @param names the events there are; another name is a `TypeError`
 * @param onError told of a listener that throws; the other listeners are called all the same
 */
export function createEmitter<Events extends object>(
  names: readonly (keyof Events & string)[],
  onError: (name: string, error: unknown) => void,
): Emitter<Events> {
  const listeners = new Map<PropertyKey, ReadonlySet<{ call: Listener }>>(
    names.map((name) => [name, new Set()]),
  );
  return {
    on(name, listener) {
      const present = listeners.get(name);
      if (!present) {
        const known = names.map((known) => JSON.stringify(known)).join(", ");
        throw new TypeError(
          `Cannot add a listener: "name" must be one of ${known}, got ${JSON.stringify(name)}`,
        );
      }
      if (typeof listener !== "function") {
        throw new TypeError(`Cannot add a listener: "listener" must be a function, got ${typeof listener}`);
      }
      const entry = { call: listener as Listener };
      // A new set each time, so that a listener may add and remove others while it is called.
      listeners.set(name, new Set([...present, entry]));
      return () => {
        listeners.set(name, new Set([...(listeners.get(name) ?? [])].filter((other) => other !== entry)));
      };
    },
    has: (name) => (listeners.get(name)?.size ?? 0) > 0,
    emit(name, payload) {
      for (const { call } of listeners.get(name) ?? []) {
        try {
          call(payload as never);
        } catch (error) {
          onError(String(name), error);
        }
      }
    },
  };
}
