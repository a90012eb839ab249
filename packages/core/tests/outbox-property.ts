import fc from "fast-check";
import { createMemoryStore, memoryOutbox } from "../src/memory-outbox.ts";
import { type Outbox, OutboxError } from "../src/outbox.ts";
import type { OutboxOptions } from "../src/outbox-options.ts";
import type { Outcome } from "../src/outcome.ts";
import { assertEqual } from "./assert-equal.ts";
import { lettersOf, type OutboxStore, record, toldBy } from "./outbox-contract.ts";

/** One call on one of two outboxes of a store; `at` is how far the clock goes on before. */
interface Step {
  readonly outbox: 0 | 1;
  readonly at: number;
  readonly verb: "append" | "lease" | "renew" | "update" | "settle" | "reopen";
  readonly numbers: readonly number[];
  /** The body's length, the limit or the way it ends, by verb. */
  readonly amount: number;
  /** Milliseconds from now: when it is due, and when the lease runs out. */
  readonly dueIn: number;
  readonly leaseFor: number | undefined;
}

const BOUNDS: OutboxOptions = { maxEvents: 14, maxDeadLetters: 4, deadLetterAge: 400 };
const START = 1_700_000_000_000;

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    outbox: fc.constantFrom(0, 1),
    at: fc.nat({ max: 120 }),
    verb: fc.constantFrom("append", "append", "lease", "lease", "renew", "update", "settle", "reopen"),
    numbers: fc.array(fc.nat({ max: 24 }), { maxLength: 6 }),
    amount: fc.nat({ max: 7 }),
    dueIn: fc.integer({ min: -50, max: 150 }),
    leaseFor: fc.option(fc.nat({ max: 200 }), { nil: undefined }),
  }),
  { maxLength: 40 },
);

/**
 * Throws unless two outboxes on one store answer any calls as two in memory do.
 *
 * @param createStore makes a new, empty store
 * @param runs how many lists of calls to try
 */
export async function assertLikeMemory(
  createStore: () => Promise<OutboxStore> | OutboxStore,
  runs: number,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const store = createMemoryStore();
      const expected = pairOf({ open: (options) => memoryOutbox({ ...options, store }) });
      const actual = pairOf(await createStore());
      try {
        let now = START;
        for (const step of list) {
          now += step.at;
          assertEqual(await actual.take(step, now), await expected.take(step, now), JSON.stringify(step));
        }
        assertEqual(
          await lettersOf(actual.outbox(0)),
          await lettersOf(expected.outbox(0)),
          "The dead letters",
        );
        if (actual.outbox(0).ids) {
          assertEqual(await toldBy(actual.outbox(0)), await toldBy(expected.outbox(1)), "The ids");
        }
      } finally {
        await actual.close();
      }
    }),
    { numRuns: runs },
  );
}

/** Two outboxes on a store, and what they answer to a step. */
interface Pair {
  outbox(index: 0 | 1): Outbox;
  take(step: Step, now: number): Promise<unknown>;
  close(): Promise<void>;
}

function pairOf(store: OutboxStore): Pair {
  const outboxes: [Outbox, Outbox] = [store.open(BOUNDS), store.open(BOUNDS)];
  return {
    outbox: (index) => outboxes[index],
    async take(step, now) {
      if (step.verb === "reopen") {
        await outboxes[step.outbox].close();
        outboxes[step.outbox] = store.open(BOUNDS);
      }
      const answer = await call(outboxes[step.outbox], step, now).catch(codeOf);
      return { answer, counts: await outboxes[step.outbox].counts() };
    },
    async close() {
      for (const outbox of outboxes) await outbox.close();
    },
  };
}

async function call(outbox: Outbox, step: Step, now: number): Promise<unknown> {
  const { verb, numbers, amount } = step;
  const leaseUntil = step.leaseFor === undefined ? undefined : now + step.leaseFor;
  const records = numbers.map((number) =>
    record(number, {
      body: "é".repeat(10 ** amount > 65_536 ? amount : 10 ** amount),
      dueAt: Math.max(0, now + step.dueIn),
      attempts: amount,
      ...(amount % 2 && { missingSince: now }),
    }),
  );
  switch (verb) {
    case "append":
      return outbox.append(records, leaseUntil);
    case "lease":
      return outbox.lease({ limit: amount, now, until: leaseUntil ?? now });
    case "renew":
      return outbox.renew(
        records.map(({ id }) => id),
        leaseUntil ?? now,
      );
    case "update":
      return outbox.update(records, leaseUntil);
    case "settle":
      return outbox.settle(
        records.map(({ id }, index) => ({ id, outcome: endOf(amount + index) })),
        now,
      );
    case "reopen":
      return undefined;
    default:
      return verb satisfies never;
  }
}

function endOf(number: number): Outcome {
  return number % 3 ? { status: "dropped", reason: "expired" } : { status: "accepted", attempts: number };
}

function codeOf(error: unknown): string {
  if (error instanceof OutboxError) return error.code;
  throw error;
}
