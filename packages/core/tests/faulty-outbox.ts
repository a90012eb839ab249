import type { MemoryStore } from "../src/memory-outbox.ts";
import { memoryOutbox } from "../src/memory-outbox.ts";
import type { Outbox } from "../src/outbox.ts";

/** A verb of an outbox that returns a promise. */
type Verb = "append" | "lease" | "renew" | "update" | "settle" | "counts" | "close";

/** An outbox in memory that a test can break. */
export interface FaultyOutbox {
  readonly outbox: Outbox;
  /** Calls so far, in order. */
  readonly calls: readonly { readonly verb: Verb; readonly args: readonly unknown[] }[];
  /** What a verb does, from now on: throw this, or what it should. */
  fail(verb: Verb, error: Error | undefined): void;
  /** The calls of one verb. */
  of(verb: Verb): (readonly unknown[])[];
}

/** An outbox over a store that others may share. */
export function faultyOutbox(store: MemoryStore, maxEvents?: number): FaultyOutbox {
  const inner = memoryOutbox({ store, maxEvents });
  const errors = new Map<Verb, Error>();
  const calls: { verb: Verb; args: unknown[] }[] = [];

  function verb<Name extends Verb>(name: Name): Outbox[Name] {
    return (async (...args: unknown[]) => {
      calls.push({ verb: name, args });
      const error = errors.get(name);
      if (error) throw error;
      return (inner[name] as (...args: unknown[]) => Promise<unknown>)(...args);
    }) as unknown as Outbox[Name];
  }

  return {
    outbox: {
      append: verb("append"),
      lease: verb("lease"),
      renew: verb("renew"),
      update: verb("update"),
      settle: verb("settle"),
      counts: verb("counts"),
      ...(inner.ids && { ids: inner.ids }),
      deadLetters: inner.deadLetters,
      close: verb("close"),
    },
    calls,
    fail(name, error) {
      if (error) errors.set(name, error);
      else errors.delete(name);
    },
    of: (name) => calls.filter((call) => call.verb === name).map(({ args }) => args),
  };
}
