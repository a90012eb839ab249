import fc from "fast-check";
import { expect, test } from "vitest";
import { passTime } from "../tests/pass-time.ts";
import { runs, SIMULATION_TIMEOUT, seeded } from "../tests/simulation.ts";
import { startClient, TOKEN, turn, unaccounted } from "../tests/start-client.ts";
import { memoryOutbox, type Outcome } from "./index.ts";

/** Where a client calls the program, in the middle of its work. */
const CHANNELS = ["tracked", "stored", "attempt", "outcome", "retry", "warning"].map(
  (name) => `channel ${name}`,
);
const LISTENERS = ["outcome", "retry", "warning"] as const;
const PLACES = [...CHANNELS, ...LISTENERS, "transport", "token"];

/** What the program does there. */
const act = fc.constantFrom("nothing", "track", "track", "look", "flush");

/** So many calls within calls, and so many events, as the program would go on for ever. */
const DEEPEST = 4;
const MOST = 50;

const given = fc.record({
  policy: fc.constantFrom("drop_newest" as const, "drop_oldest" as const, "wait" as const),
  maxEvents: fc.constantFrom(1, 2, 3, 5, 1000),
  isDurable: fc.boolean(),
  asks: fc.boolean(),
  places: fc.subarray(PLACES, { minLength: 1 }),
  acts: fc.array(act, { minLength: 1, maxLength: 40 }),
  first: fc.array(act, { minLength: 1, maxLength: 12 }),
  statuses: fc.array(fc.constantFrom(202, 202, 202, 404, 422, 503), { maxLength: 30 }),
  seed: fc.nat(),
});

/** Plays a program that uses its client wherever that calls it, and answers what went wrong. */
async function play({ policy, maxEvents, isDurable, asks, places, acts, first, statuses, seed }: Given) {
  const wrong: string[] = [];
  const outcomes: (Outcome | undefined)[] = [];
  const seconds = new Set<number>();
  const flushes: Promise<void>[] = [];
  let [calls, depth, ended] = [0, 0, 0];

  const { client, clock, intercom } = startClient(
    {
      random: seeded(seed),
      queue: { policy, maxEvents },
      retry: { attempts: 3, holdContact: 5000 },
      channel: (name) => ({
        hasSubscribers: places.includes(`channel ${name}`),
        publish: () => call(`channel ${name}`),
      }),
      ...(asks && { token }),
      ...(isDurable && { outbox: memoryOutbox() }),
    },
    (request) => {
      const status = statuses[intercom.sent.length - 1] ?? 202;
      const second = JSON.parse(request.body ?? "").created_at;
      if (status === 202 && seconds.has(second)) wrong.push("Two events have one second");
      if (status === 202) seconds.add(second);
      call("transport");
      request.reply(status);
    },
  );
  for (const name of LISTENERS) if (places.includes(name)) client.on(name, () => call(name));

  function token(): string {
    call("token");
    return TOKEN;
  }

  function call(place: string): void {
    if (!places.includes(place) || depth === DEEPEST) return;
    depth += 1;
    act(acts[calls++ % acts.length]);
    depth -= 1;
  }

  function act(what: string | undefined): void {
    if (what === "track" && outcomes.length < MOST) {
      const number = outcomes.push(undefined) - 1;
      void client.track({ userId: "314159", eventName: "a", metadata: { number } }).then((outcome) => {
        outcomes[number] = outcome;
      });
    }
    if (what === "look" && unaccounted(client.stats()) !== 0) wrong.push("Events are unaccounted for");
    if (what === "flush") flushes.push(flush());
  }

  async function flush(): Promise<void> {
    const before = outcomes.length;
    await client.flush();
    await turn(); // Who waits for an event is told after it has ended.
    if (outcomes.slice(0, before).includes(undefined)) wrong.push("flush was too early");
    ended += 1;
  }

  for (const what of first) act(what);
  for (let rounds = 0; rounds < 40 && (rounds === 0 || client.stats().pending > 0); rounds += 1)
    await passTime(clock, 5000, 500);
  await passTime(clock, 1000, 100); // An outbox is told of the last ones a little later.
  if (outcomes.includes(undefined)) wrong.push("An event has no outcome");
  if (ended < flushes.length) wrong.push("flush goes on for ever");
  const { tracked, pending, inFlight } = client.stats();
  expect({ wrong, tracked, pending, inFlight }).toEqual({
    wrong: [],
    tracked: outcomes.length,
    pending: 0,
    inFlight: 0,
  });
}

type Given = typeof given extends fc.Arbitrary<infer Value> ? Value : never;

test(
  "a client may be used wherever it calls the program",
  async () => {
    await fc.assert(fc.asyncProperty(given, play), runs(500));
  },
  SIMULATION_TIMEOUT,
);
