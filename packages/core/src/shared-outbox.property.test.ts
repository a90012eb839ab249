import fc from "fast-check";
import { expect, test } from "vitest";
import { type FakeClock, fakeClock } from "../tests/fake-clock.ts";
import { outboxThrough } from "../tests/outbox-through.ts";
import { passTime } from "../tests/pass-time.ts";
import { simulatedIntercom } from "../tests/simulated-intercom.ts";
import { runs, SIMULATION_TIMEOUT, seeded } from "../tests/simulation.ts";
import { TOKEN, unaccounted } from "../tests/start-client.ts";
import {
  type Client,
  createClient,
  createMemoryStore,
  type MemoryStore,
  memoryOutbox,
  type Outbox,
  type Outcome,
} from "./index.ts";

const CLIENTS = 3;

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("track" as const), client: fc.nat({ max: CLIENTS - 1 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("pass" as const), milliseconds: fc.nat({ max: 15_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("flush" as const), client: fc.nat({ max: CLIENTS - 1 }) }),
  },
);

const given = fc.record({
  steps: fc.array(step, { minLength: 5, maxLength: 40 }),
  statuses: fc.array(fc.constantFrom(202, 404, 422, 429, 500, 503, 503), { maxLength: 60 }),
  maxEvents: fc.constantFrom(2, 4, 1000),
  /** Milliseconds that calls of outboxes take, in turn. */
  delays: fc.array(fc.constantFrom(0, 0, 1, 20, 400), { minLength: 1, maxLength: 20 }),
  seed: fc.nat(),
});

type Given = typeof given extends fc.Arbitrary<infer Value> ? Value : never;

/** An outbox whose calls take a while, one after the other, as do the ids it tells. */
function slowOutbox(store: MemoryStore, pause: () => Promise<void>): Outbox {
  const inner = memoryOutbox({ store });
  let last: Promise<unknown> = Promise.resolve();
  function slowly<T>(call: () => Promise<T>): Promise<T> {
    const answer = last.then(pause).then(call);
    last = answer.then(pause, () => undefined);
    return last.then(() => answer); // What it has done is known a little later.
  }
  return {
    ...outboxThrough(inner, slowly),
    async *ids() {
      for (const id of [...store.events.keys()].sort()) {
        // What has ended by now may be told or not.
        if (!store.events.has(id)) continue;
        await pause();
        yield id;
      }
    },
    async *deadLetters() {
      await pause();
      yield* inner.deadLetters();
    },
  };
}

function startClients(clock: FakeClock, store: MemoryStore, { statuses, maxEvents, delays, seed }: Given) {
  const intercom = simulatedIntercom(clock, (request) => {
    const status = statuses[request - 1] ?? 202;
    return status === 202 ? { kind: "reply" } : { kind: "status", status: status as 404 };
  });
  const random = seeded(seed);
  let pauses = 0;
  const pause = async (): Promise<void> => {
    const delay = delays[pauses++ % delays.length] ?? 0;
    if (delay > 0) await new Promise<void>((resolve) => clock.after(delay, resolve));
  };
  const clients = Array.from({ length: CLIENTS }, () =>
    createClient({
      token: TOKEN,
      clock,
      random,
      timeout: 3000,
      queue: { maxEvents, policy: "wait" },
      retry: { attempts: 4, holdContact: 20_000 },
      warn: () => undefined,
      transport: intercom.send,
      outbox: slowOutbox(store, pause),
    }),
  );
  return { intercom, clients };
}

async function play(how: Given) {
  const clock = fakeClock();
  const store = createMemoryStore();
  // Held by another process all the time, so that the store is never empty.
  const theirs = { id: "zzz-theirs", body: "{}", trackedAt: 1, attempts: 0, failures: 0, dueAt: 0 };
  await memoryOutbox({ store }).append([theirs], Number.MAX_SAFE_INTEGER);
  const { intercom, clients } = startClients(clock, store, how);
  const outcomes: (Outcome | undefined)[] = [];
  const owners: number[] = [];
  const wrong: string[] = [];
  let open = 0;

  function track(client: number): void {
    const number = outcomes.push(undefined) - 1;
    owners.push(client);
    const event = { userId: `contact-${number}`, eventName: "logged-in", metadata: { number } };
    void clients[client]?.track(event).then((outcome) => {
      outcomes[number] = outcome;
      const isStored = numbersOf(intercom.stored).includes(number);
      if (isStored !== (outcome.status === "accepted")) wrong.push(`${number} is not ${outcome.status}`);
    });
  }

  async function flush(client: Client | undefined, before: number): Promise<void> {
    open += 1;
    await client?.flush();
    open -= 1;
    await Promise.resolve();
    const left = outcomes
      .slice(0, before)
      .filter((outcome, number) => !outcome && clients[owners[number] ?? 0] === client);
    if (left.length > 0) wrong.push("flush was too early");
  }

  function check(): void {
    const there = numbersOf([...store.events.values()].map(({ record }) => record.body));
    clients.forEach((client, index) => {
      const stats = client.stats();
      if (unaccounted(stats) !== 0) wrong.push("events are unaccounted for");
      const own = there.filter((number) => owners[number] === index && !outcomes[number]);
      if (stats.pending < own.length) wrong.push(`${stats.pending} are pending, ${own.length} are there`);
    });
  }

  for (const given of how.steps) {
    if (given.do === "pass") await passTime(clock, given.milliseconds, 200);
    else if (given.do === "track") track(given.client);
    else void flush(clients[given.client], outcomes.length);
    await passTime(clock, 10);
    check();
  }
  for (let rounds = 0; rounds < 100 && (open > 0 || outcomes.includes(undefined)); rounds += 1) {
    await passTime(clock, 5000, 500);
    check();
  }
  await passTime(clock, 5000, 100); // Outboxes are told of the last ones a little later.
  return { wrong, open, store, clients, outcomes };
}

/** The numbers that tell events apart. */
function numbersOf(bodies: readonly string[]): number[] {
  return bodies.map((body) => JSON.parse(body).metadata?.number).filter((number) => number !== undefined);
}

test(
  "clients that share a store all learn how their events have ended, and never too early",
  async () => {
    await fc.assert(
      fc.asyncProperty(given, async (how) => {
        const { wrong, open, store, clients, outcomes } = await play(how);
        expect(wrong).toEqual([]);
        expect(outcomes).not.toContain(undefined);
        expect(open).toBe(0);
        expect(store.events.size).toBe(1);
        expect(clients.map((client) => client.stats().pending)).toEqual(Array(CLIENTS).fill(0));
      }),
      runs(150),
    );
  },
  SIMULATION_TIMEOUT,
);
