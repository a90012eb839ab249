import { memoryOutbox } from "../src/memory-outbox.ts";
import { type Outbox, OutboxError, type OutboxRecord } from "../src/outbox.ts";
import type { FakeClock } from "./fake-clock.ts";
import { HOSTILE } from "./hostile.ts";
import { outboxThrough } from "./outbox-through.ts";

/** What an outbox does wrong: with a call, or with what it has leased. */
export const MISCHIEF = [
  "reject",
  "reject what is done",
  "throw",
  "hang",
  "hang when done",
  "be late",
  "be late when done",
  "repeat",
  "reverse",
  "exceed",
  "answer nothing",
  "answer junk",
  "look at the counts",
] as const;
type Mischief = (typeof MISCHIEF)[number];

/** What an unruly outbox is made of. */
export interface Unruly {
  readonly clock: FakeClock;
  /** What it does wrong with the next call, if anything. */
  readonly next: () => Mischief | undefined;
  /** At least 0 and less than 1. */
  readonly random: () => number;
  /** Looks at the counts of the client. */
  readonly look: () => void;
}

const CODES = ["failed", "closed", "corrupted", "read_only"] as const;
const LATE = [1, 300, 3000, 12_000, 40_000, 70_000] as const;

/** An outbox that keeps what it says it keeps, and besides does all that one may do wrong. */
export function unrulyOutbox(store: Parameters<typeof memoryOutbox>[0], unruly: Unruly): Outbox {
  const { clock, next, random, look } = unruly;
  const inner = memoryOutbox(store);
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const never = new Promise<never>(() => undefined);
  const late = (): Promise<void> => new Promise((resolve) => clock.after(oneOf(LATE), resolve));
  const errors = Object.values(HOSTILE);
  const error = (): unknown => (random() < 0.5 ? new OutboxError(oneOf(CODES), "no") : oneOf(errors)());

  function through<T>(call: () => Promise<T>): Promise<T> {
    const mischief = next();
    if (mischief === "throw") throw error();
    if (mischief === "look at the counts") look();
    return act(mischief, call);
  }

  async function act<T>(mischief: Mischief | undefined, call: () => Promise<T>): Promise<T> {
    switch (mischief) {
      case "reject":
        throw error();
      case "reject what is done":
        await call();
        throw error();
      case "hang":
        return never;
      case "hang when done":
        return call().then(() => never);
      case "be late":
        await late();
        return call();
      case "be late when done": {
        const answer = await call();
        await late();
        return answer;
      }
      default:
        return call();
    }
  }

  async function* list<T>(all: (() => AsyncIterable<T>) | undefined): AsyncGenerator<T> {
    const mischief = next();
    if (mischief === "hang") await never;
    for await (const each of all?.() ?? []) {
      if (mischief === "throw") throw error();
      yield each;
      if (mischief === "repeat") yield each;
    }
  }

  async function wrongly(lease: Outbox["lease"], request: Parameters<Outbox["lease"]>[0]): Promise<unknown> {
    switch (next()) {
      case "repeat": {
        const records = await lease(request);
        return [...records, ...records];
      }
      case "reverse":
        return (await lease(request)).reverse();
      case "exceed":
        return lease({ ...request, limit: 10_000 });
      case "answer nothing":
        return lease(request).then(() => undefined);
      case "answer junk":
        return [...(await lease(request)), null, {}, "record", { id: "1", body: "{" }];
      default:
        return lease(request);
    }
  }

  const guided = outboxThrough(inner, through);
  return {
    ...guided,
    lease: (request) => wrongly(guided.lease, request) as Promise<OutboxRecord[]>,
    ids: () => list(inner.ids),
    deadLetters: () => list(inner.deadLetters),
  };
}
