import fc from "fast-check";
import { expect, test } from "vitest";
import { fakeClock } from "../tests/fake-clock.ts";
import { passTime } from "../tests/pass-time.ts";
import { type Fate, simulatedIntercom } from "../tests/simulated-intercom.ts";
import { runs, SIMULATION_TIMEOUT, seeded } from "../tests/simulation.ts";
import { anotherEvent, TOKEN, turn, unaccounted } from "../tests/start-client.ts";
import { MISCHIEF, unrulyOutbox } from "../tests/unruly-outbox.ts";
import { type Client, createClient, createMemoryStore, type Outcome } from "./index.ts";

/** Calls of an outbox in half a second at most, as a client that asks in vain asks again after a second. */
const MOST_CALLS = 150;

const FATES: readonly Fate[] = [
  { kind: "status", status: 404 },
  { kind: "status", status: 422 },
  { kind: "status", status: 429 },
  { kind: "status", status: 503 },
  { kind: "reset", isStored: true },
  { kind: "reset", isStored: false },
  { kind: "silence", isStored: true },
];

const given = fc.record({
  seed: fc.nat(),
  kinds: fc.subarray([...MISCHIEF], { minLength: 1 }),
  /** How likely a call goes wrong, and a request. */
  wrong: fc.double({ min: 0.05, max: 0.5, noNaN: true }),
  failing: fc.double({ min: 0, max: 0.5, noNaN: true }),
  queue: fc.record({
    maxEvents: fc.constantFrom(2, 4, 20, 1000),
    policy: fc.constantFrom("drop_newest" as const, "drop_oldest" as const, "wait" as const),
  }),
  maxEvents: fc.constantFrom(3, 10, 1000),
  outboxFallback: fc.constantFrom("drop" as const, "memory" as const),
  steps: fc.array(fc.constantFrom("track", "track", "track many", "pass", "pass long", "flush", "close"), {
    minLength: 3,
    maxLength: 20,
  }),
});

type Given = typeof given extends fc.Arbitrary<infer T> ? T : never;

/** Plays what happens, then has the outbox and Intercom behave until all has come to rest. */
async function play({ seed, kinds, wrong, failing, queue, maxEvents, outboxFallback, steps }: Given) {
  const clock = fakeClock();
  const random = seeded(seed);
  const store = createMemoryStore();
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  let isCalm = false;
  let calls = 0;
  const intercom = simulatedIntercom(clock, () =>
    isCalm || random() > failing ? { kind: "reply" } : oneOf(FATES),
  );
  const problems = new Set<string>();
  const tracked: { readonly client: Client; outcome?: Outcome }[] = [];
  const clients = [start(), start()];

  function start(): Client {
    const outbox = unrulyOutbox(
      { store, maxEvents },
      {
        clock,
        random,
        next() {
          calls += 1;
          return isCalm || random() > wrong ? undefined : oneOf(kinds);
        },
        look: () => void client.stats(),
      },
    );
    const client = createClient({
      token: TOKEN,
      clock,
      random,
      queue,
      outbox,
      outboxFallback,
      timeout: 3000,
      retry: { attempts: 4, holdContact: 20_000, maxDelay: 5000 },
      transport: intercom.send,
    });
    client.on("outcome", () => check(client));
    client.on("retry", () => check(client));
    return client;
  }

  function check(client: Client): void {
    const stats = client.stats();
    if (unaccounted(stats) !== 0 || stats.pending < 0) problems.add("the counts are wrong");
  }

  function track(client: Client): void {
    const entry: (typeof tracked)[number] = { client };
    const number = tracked.push(entry) - 1;
    void client.track({ ...anotherEvent(), metadata: { number } }).then((outcome) => {
      entry.outcome = outcome;
    });
  }

  async function pass(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= 500) {
      const before = calls;
      await passTime(clock, Math.min(left, 500));
      if (calls - before > MOST_CALLS) problems.add("the outbox is asked without end");
      clients.forEach(check);
    }
  }

  async function within(work: Promise<unknown>, milliseconds: number, what: string): Promise<void> {
    let isDone = false;
    void work.then(() => {
      isDone = true;
    });
    await pass(milliseconds);
    if (!isDone) problems.add(`${what} takes too long`);
  }

  for (const step of steps) {
    const index = Math.floor(random() * clients.length);
    const client = clients[index] as Client;
    if (step === "track") track(client);
    else if (step === "track many") for (let events = 0; events < 10; events += 1) track(client);
    else if (step === "pass") await pass(500);
    else if (step === "pass long") await pass(20_000);
    else if (step === "flush") await within(client.flush({ timeout: 3000 }), 3500, "flush");
    else {
      await within(client.close({ timeout: 1000 }), 17_000, "close");
      check(client);
      clients[index] = start();
    }
    await turn();
  }
  isCalm = true;
  for (let rounds = 0; rounds < 40 && (rounds < 12 || store.events.size > 0); rounds += 1) await pass(10_000);
  for (const client of clients) await within(client.close(), 500, "the last close");
  await pass(70_000); // What still had no answer when they were closed has failed by now.
  return { clients, intercom, store, tracked, problems: [...problems], timers: clock.timers() };
}

const numberOf = (body: string): number => JSON.parse(body).metadata.number;

test(
  "each event ends once and is counted, and all comes to an end, whatever an outbox does that loses nothing",
  async () => {
    await fc.assert(
      fc.asyncProperty(given, async (how) => {
        const { clients, intercom, store, tracked, problems, timers } = await play(how);
        expect(problems).toEqual([]);
        expect([store.events.size, timers]).toEqual([0, 0]);
        const sent = intercom.stored.map(numberOf);
        expect(new Set(sent).size).toBe(sent.length);
        expect(new Set(intercom.requests).size).toBe(new Set(intercom.requests.map(numberOf)).size);
        for (const [number, { client, outcome }] of tracked.entries()) {
          if (clients.includes(client)) expect(outcome).toBeDefined();
          if (outcome?.status === "accepted") expect(sent).toContain(number);
        }
        for (const client of clients) expect(client.stats()).toMatchObject({ pending: 0, inFlight: 0 });
      }),
      runs(200),
    );
  },
  SIMULATION_TIMEOUT,
);
