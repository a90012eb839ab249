import { callSafely } from "./call-safely.ts";

/** Tells listeners what happens; {@link createEmitter}. */
export interface Emitter<Events extends object> {
  /** Adds a listener and returns a function that removes it. One that is added twice is called twice. */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void;
  /** Whether anyone listens. */
  has(name: keyof Events): boolean;
  /** Calls the listeners in the order they were added. */
  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void;
}

interface Entry {
  readonly name: PropertyKey;
  readonly listener: (payload: never) => unknown;
  readonly failed: (error: unknown) => void;
}

/**
 * Listeners by event name. For packages that build on core.
 *
 * @param names the events there are; another name is a `TypeError`
 * @param onError told of a listener that throws or rejects; the other listeners are called all the same
 */
export function createEmitter<Events extends object>(
  names: readonly (keyof Events & string)[],
  onError: (name: string, error: unknown) => void,
): Emitter<Events> {
  // A new list at each change, so that a listener may add and remove others while it is called.
  let entries: readonly Entry[] = [];
  return {
    on(name, listener) {
      if (!(names as readonly PropertyKey[]).includes(name)) {
        const known = names.map((known) => JSON.stringify(known)).join(", ");
        fail("name", `one of ${known}`, JSON.stringify(name));
      }
      if (typeof listener !== "function") fail("listener", "a function", typeof listener);
      const entry: Entry = { name, listener, failed: (error) => onError(name as string, error) };
      entries = [...entries, entry];
      return () => {
        entries = entries.filter((other) => other !== entry);
      };
    },
    has: (name) => entries.some((entry) => entry.name === name),
    emit(name, payload) {
      for (const entry of entries) {
        if (entry.name === name) callSafely(entry.listener, payload as never, entry.failed);
      }
    },
  };
}

function fail(name: string, expected: string, found: string): never {
  throw new TypeError(`Cannot add a listener: "${name}" must be ${expected}, got ${found}`);
}
