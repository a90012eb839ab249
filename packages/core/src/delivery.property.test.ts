import fc from "fast-check";
import { expect, test } from "vitest";
import { type FakeClock, fakeClock } from "../tests/fake-clock.ts";
import { passTime } from "../tests/pass-time.ts";
import { type Fate, type SimulatedIntercom, simulatedIntercom } from "../tests/simulated-intercom.ts";
import { runs, SIMULATION_TIMEOUT, seeded } from "../tests/simulation.ts";
import { TOKEN, turn, unaccounted } from "../tests/start-client.ts";
import {
  type Client,
  type CoreClientOptions,
  createClient,
  createMemoryStore,
  encodeEvent,
  type MemoryStore,
  memoryOutbox,
  OutboxError,
  type Outcome,
} from "./index.ts";

/** One thing that happens. */
type Step =
  | {
      readonly do: "track";
      readonly contact: number;
      readonly second: number | undefined;
      readonly plan: number;
    }
  | { readonly do: "pass"; readonly milliseconds: number }
  | { readonly do: "jump"; readonly milliseconds: number }
  | { readonly do: "resume" }
  | { readonly do: "crash" }
  | { readonly do: "close"; readonly timeout: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("track" as const),
      contact: fc.nat({ max: 3 }),
      second: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
      plan: fc.nat({ max: 1 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("pass" as const), milliseconds: fc.nat({ max: 20_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("jump" as const),
      milliseconds: fc.integer({ min: -3_600_000, max: 3_600_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "resume" } as const) },
  { weight: 1, arbitrary: fc.constant({ do: "crash" } as const) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("close" as const), timeout: fc.nat({ max: 5000 }) }) },
);

const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: "reply" } as const) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("status" as const),
      status: fc.constantFrom(401, 404, 422, 429, 500, 503),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reset" as const), isStored: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("silence" as const), isStored: fc.boolean() }) },
) as fc.Arbitrary<Fate>;

/** How a call of an outbox fails: before it does anything, or as if its answer were lost. */
type Fault = "before" | "after" | undefined;

const fault: fc.Arbitrary<Fault> = fc.constantFrom(undefined, undefined, "before", "after");

const queue = fc.record({
  maxEvents: fc.constantFrom(2, 4, 1000),
  policy: fc.constantFrom("drop_newest" as const, "drop_oldest" as const, "wait" as const),
});

/** An event that was tracked, and what the program was told of it. */
interface Tracked {
  /** Tells its body apart; absent from those whose time was given, of which some are equal. */
  readonly number: number | undefined;
  /** The rest of its body, where that is known. */
  readonly body: string | undefined;
  outcome?: Outcome;
  isStored?: boolean;
}

/** Lets time go on until there is nothing more to do; a clock that was put back makes leases last longer. */
async function settle(client: Client, clock: FakeClock, store: MemoryStore): Promise<void> {
  for (let rounds = 0; rounds < 2000; rounds += 1) {
    client.resume();
    await passTime(clock, 5000, 1000);
    if (client.stats().pending === 0 && store.events.size === 0) return;
  }
}

/** What a sequence of steps is played with. */
interface Setting {
  readonly fates: readonly Fate[];
  /** Of the calls of the outbox, in order; the others do what they should. */
  readonly faults: readonly Fault[];
  readonly isDurable: boolean;
  readonly random: () => number;
  readonly options: Pick<CoreClientOptions, "queue" | "outboxFallback">;
}

/** Plays a sequence of steps, then lets everything come to rest. */
async function play(steps: readonly Step[], { fates, faults, isDurable, random, options }: Setting) {
  const clock = fakeClock();
  const intercom: SimulatedIntercom = simulatedIntercom(
    clock,
    (request) => fates[request - 1] ?? { kind: "reply" },
  );
  const store = createMemoryStore();
  const tracked: Tracked[] = [];
  const wrong: string[] = [];
  let generation = 0;
  /** Of the outbox. */
  let calls = 0;
  /** How far the clock is ahead of the right time. */
  let ahead = 0;
  let client = start();

  function start(): Client {
    generation += 1;
    const mine = generation;
    const started = createClient({
      token: TOKEN,
      clock,
      random,
      timeout: 3000,
      ...options,
      retry: { attempts: 4, holdContact: 20_000 },
      warn: () => undefined,
      // A process that is dead says nothing more, and its outbox does nothing more.
      transport: (request) => (mine === generation ? intercom.send(request) : new Promise(() => undefined)),
      ...(isDurable && { outbox: dying(mine) }),
    });
    started.on("outcome", () => check(started));
    started.on("retry", () => check(started));
    return started;
  }

  function dying(mine: number) {
    const inner = memoryOutbox({ store });
    return new Proxy(inner, {
      get: (target, verb) =>
        typeof verb === "string" && verb !== "deadLetters" && verb !== "ids"
          ? (...args: unknown[]) =>
              mine === generation
                ? failing(() => (Reflect.get(target, verb) as (...args: unknown[]) => unknown)(...args))
                : new Promise(() => undefined)
          : Reflect.get(target, verb),
    });
  }

  async function failing(call: () => unknown): Promise<unknown> {
    const fault = faults[calls];
    calls += 1;
    if (fault === "before") throw new OutboxError("failed", "disk I/O error");
    const answer = await call();
    if (fault === "after") throw new OutboxError("failed", "the connection is lost");
    return answer;
  }

  function check(checked: Client): void {
    const stats = checked.stats();
    const count = unaccounted(stats);
    if (count !== 0) wrong.push(`${count} events are unaccounted for`);
    if (stats.pending < 0) wrong.push(`${stats.pending} events are pending`);
  }

  for (const given of steps) {
    if (given.do === "track") {
      const { contact, second, plan } = given;
      const isStamped = second === undefined;
      const number = isStamped ? tracked.length : undefined;
      const event = isStamped
        ? { userId: `contact-${contact} of ${generation}`, eventName: "logged-in", metadata: { number } }
        : {
            userId: `contact-${contact}`,
            eventName: "logged-in",
            createdAt: 1_600_000_000 + second,
            metadata: { plan },
          };
      const receipt = client.track(event as never);
      const encoded = encodeEvent(event, 0);
      const body = isStamped || !encoded.ok ? undefined : JSON.stringify(encoded.value);
      const entry: Tracked = { number, body };
      tracked.push(entry);
      void receipt.then((outcome) => {
        entry.outcome = outcome;
      });
      void receipt.stored.then((isStored) => {
        entry.isStored = isStored;
      });
    } else if (given.do === "pass") await passTime(clock, given.milliseconds, 500);
    else if (given.do === "jump") {
      clock.set(clock.now() - ahead + given.milliseconds);
      ahead = given.milliseconds;
    } else if (given.do === "resume") client.resume();
    else if (given.do === "crash") {
      await turn();
      client = start();
    } else {
      const closed = client.close({ timeout: given.timeout });
      await passTime(clock, given.timeout, 500);
      await closed;
      check(client);
      client = start();
    }
    await turn();
    check(client);
  }
  await settle(client, clock, store);
  return { client, intercom, store, tracked, wrong };
}

/** The numbers that tell stamped events apart, of each body that has one. */
function numbersOf(bodies: readonly string[]): number[] {
  return bodies.map((body) => JSON.parse(body).metadata.number).filter((number) => number !== undefined);
}

/** What Intercom keeps one event of: contact, name and second. */
function secondOf(body: string | undefined): string | undefined {
  return body?.replace(/,"metadata.*/, "");
}

test.each([
  ["in memory", { isDurable: false, maxFaults: 0 }],
  ["with an outbox", { isDurable: true, maxFaults: 0 }],
  ["with an outbox that fails", { isDurable: true, maxFaults: 60 }],
])(
  "nothing is lost, nothing is stored twice and all is counted, whatever happens: %s",
  async (_, { isDurable, maxFaults }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 3, maxLength: 25 }),
        fc.array(fate, { maxLength: 40 }),
        fc.array(fault, { maxLength: maxFaults }),
        fc.record({ queue, outboxFallback: fc.constantFrom("drop" as const, "memory" as const) }),
        fc.nat(),
        async (steps, fates, faults, options, seed) => {
          const random = seeded(seed);
          const played = await play(steps, { fates, faults, isDurable, random, options });
          const { client, intercom, store, tracked, wrong } = played;
          expect(wrong).toEqual([]);
          expect(client.stats().pending).toBe(0);
          expect(store.events.size).toBe(0);

          const stored = numbersOf(intercom.stored);
          expect(new Set(stored).size).toBe(stored.length);
          // One event has one body, however often and by whomever it is sent.
          const sent = new Set(intercom.requests);
          expect(new Set(numbersOf([...sent])).size).toBe(numbersOf([...sent]).length);

          const buried = numbersOf(store.deadLetters.map(({ record }) => record.body));
          for (const { number, body, outcome, isStored } of tracked) {
            // A different event of that second may have come first; the program was warned of that.
            if (outcome?.status === "duplicate")
              expect(intercom.stored.map(secondOf)).toContain(secondOf(body));
            if (number === undefined) continue;
            if (outcome?.status === "accepted") expect(stored).toContain(number);
            if (isDurable && isStored && !stored.includes(number)) expect(buried).toContain(number);
          }
        },
      ),
      runs(250),
    );
  },
  SIMULATION_TIMEOUT,
);
