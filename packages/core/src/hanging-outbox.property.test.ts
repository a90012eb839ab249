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

const PROCESSES = 2;
const process = fc.nat({ max: PROCESSES - 1 });

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("track" as const), process }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("pass" as const), milliseconds: fc.nat({ max: 45_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash" as const), process }) },
);

const given = fc.record({
  steps: fc.array(step, { minLength: 3, maxLength: 20 }),
  statuses: fc.array(fc.constantFrom(202, 202, 404, 422, 503), { maxLength: 30 }),
  maxEvents: fc.constantFrom(2, 4, 1000),
  /** Milliseconds until a call takes effect, and then until it answers, in turn; a lease is 30 seconds. */
  delays: fc.array(fc.constantFrom(0, 0, 0, 400, 5000, 35_000), { minLength: 1, maxLength: 30 }),
  tellsIds: fc.boolean(),
  seed: fc.nat(),
});

type Given = typeof given extends fc.Arbitrary<infer Value> ? Value : never;

/** An outbox whose calls take effect in order, and answer in any. */
function hangingOutbox(
  store: MemoryStore,
  pause: () => Promise<void>,
  isAlive: () => boolean,
  tellsIds: boolean,
): Outbox {
  const { ids, ...inner } = memoryOutbox({ store });
  let last: Promise<unknown> = Promise.resolve();
  function hanging<T>(call: () => Promise<T>): Promise<T> {
    const never = new Promise<T>(() => undefined);
    const effect = last.then(pause).then(() => (isAlive() ? call() : never));
    last = effect;
    return effect.then(async (answer) => {
      await pause();
      return isAlive() ? answer : never;
    });
  }
  return { ...outboxThrough(inner, hanging), ...(tellsIds && ids && { ids }) };
}

/** An event that was tracked, and what its program was told of it. */
interface Tracked {
  readonly client: Client;
  outcome?: Outcome;
  isStored?: boolean;
}

/** Plays what happens, then lets all calls answer at once and everything come to rest. */
async function play({ steps, statuses, maxEvents, delays, tellsIds, seed }: Given) {
  const clock: FakeClock = fakeClock();
  const store = createMemoryStore();
  const intercom = simulatedIntercom(clock, (request) => {
    const status = statuses[request - 1] ?? 202;
    return status === 202 ? { kind: "reply" } : { kind: "status", status: status as 404 };
  });
  const random = seeded(seed);
  const wrong: string[] = [];
  const tracked: Tracked[] = [];
  let calls = 0;
  let isOver = false;
  const clients: Client[] = [];
  for (let index = 0; index < PROCESSES; index += 1) clients.push(start(index));

  async function pause(): Promise<void> {
    const delay = isOver ? 0 : delays[calls++ % delays.length];
    if (delay) await new Promise<void>((resolve) => clock.after(delay, resolve));
  }

  function start(index: number): Client {
    const isAlive = (): boolean => (clients[index] ?? client) === client;
    const client: Client = createClient({
      token: TOKEN,
      clock,
      random,
      queue: { maxEvents, policy: "wait" },
      retry: { attempts: 3, holdContact: 20_000, maxDelay: 5000 },
      transport: (request) => (isAlive() ? intercom.send(request) : new Promise(() => undefined)),
      outbox: hangingOutbox(store, pause, isAlive, tellsIds),
    });
    return client;
  }

  function track(client: Client): void {
    const entry: Tracked = { client };
    const number = tracked.push(entry) - 1;
    const receipt = client.track({ userId: `${number}`, eventName: "logged-in", metadata: { number } });
    void receipt.then((outcome) => {
      entry.outcome = outcome;
    });
    void receipt.stored.then((isStored) => {
      entry.isStored = isStored;
    });
  }

  async function pass(milliseconds: number): Promise<void> {
    await passTime(clock, milliseconds, 1000);
    for (const client of clients) {
      const stats = client.stats();
      if (unaccounted(stats) !== 0 || stats.pending < 0) wrong.push("The counts are wrong");
    }
  }

  for (const given of steps) {
    if (given.do === "pass") await pass(given.milliseconds);
    else if (given.do === "crash") clients[given.process] = start(given.process);
    else track(clients[given.process] as Client);
  }
  await pass(0);
  isOver = true;
  for (let rounds = 0; rounds < 40 && (rounds < 8 || store.events.size > 0); rounds += 1) await pass(20_000);
  return { wrong, tracked, clients, store, sent: numbersOf(intercom.stored) };
}

/** The numbers that tell events apart. */
function numbersOf(bodies: readonly string[]): number[] {
  return bodies.map((body) => JSON.parse(body).metadata.number);
}

test(
  "each event ends once though calls of an outbox hang for longer than a lease, and processes die",
  async () => {
    await fc.assert(
      fc.asyncProperty(given, async (how) => {
        const { wrong, tracked, clients, store, sent } = await play(how);
        expect(wrong).toEqual([]);
        expect(store.events.size).toBe(0);
        expect(new Set(sent).size).toBe(sent.length);
        const buried = numbersOf(store.deadLetters.map(({ record }) => record.body));
        for (const [number, { client, outcome, isStored }] of tracked.entries()) {
          if (clients.includes(client)) expect(outcome).toBeDefined();
          if (outcome?.status === "accepted") expect(sent).toContain(number);
          else if (isStored) expect([...sent, ...buried]).toContain(number);
        }
        for (const client of clients) {
          const own = tracked.filter((event) => event.client === client);
          const accepted = own.filter(({ outcome }) => outcome?.status === "accepted").length;
          expect(client.stats()).toMatchObject({ tracked: own.length, accepted, pending: 0, inFlight: 0 });
        }
      }),
      runs(200),
    );
  },
  SIMULATION_TIMEOUT,
);
