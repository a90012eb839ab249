import fc from "fast-check";
import { expect, test } from "vitest";
import { type FakeClock, fakeClock } from "../tests/fake-clock.ts";
import { outboxThrough } from "../tests/outbox-through.ts";
import { passTime } from "../tests/pass-time.ts";
import { runs, SIMULATION_TIMEOUT } from "../tests/simulation.ts";
import { startClient, unaccounted } from "../tests/start-client.ts";
import { createMemoryStore, type MemoryStore, memoryOutbox } from "./memory-outbox.ts";
import type { Outbox } from "./outbox.ts";

/** Milliseconds that an outbox takes for half a call, at most. */
const SLOWEST = 400;

/** Milliseconds that an event which is due may be left alone while nothing is sent: a look, and the calls about it. */
const PATIENCE = 1500 + 6 * SLOWEST;

/** Of an allowance that nothing here uses up. */
const PLENTY = {
  "x-ratelimit-limit": "9999999",
  "x-ratelimit-remaining": "9999999",
  "x-ratelimit-reset": "1700000010",
};

const given = fc.record({
  /** Milliseconds between events. */
  gaps: fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 30 }),
  replies: fc.infiniteStream(
    fc.record({ status: fc.constantFrom(202, 404, 503), delay: fc.constantFrom(0, 0, 20, 300) }),
  ),
  pauses: fc.infiniteStream(fc.nat({ max: SLOWEST })),
  draws: fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
  concurrency: fc.integer({ min: 1, max: 4 }),
});

/** An outbox whose calls take a while before and after they do anything, several at the same time. */
function slowOutbox(store: MemoryStore, clock: FakeClock, pauses: Iterator<number>): Outbox {
  const pause = () => new Promise<void>((resolve) => void clock.after(pauses.next().value, resolve));
  return outboxThrough(memoryOutbox({ store }), async (call) => {
    await pause();
    const answer = await call();
    await pause();
    return answer;
  });
}

test.each([
  ["events", fc.record({ maxEvents: fc.integer({ min: 1, max: 12 }) })],
  [
    "bytes",
    fc.record({ maxEvents: fc.constantFrom(2, 12, 1000), maxBytes: fc.integer({ min: 800, max: 1600 }) }),
  ],
])(
  "what is due in an outbox that is slow is not left alone for long, with memory for few %s",
  async (_, queues) => {
    await fc.assert(
      fc.asyncProperty(given, queues, async ({ gaps, replies, pauses, draws, concurrency }, queue) => {
        const clock = fakeClock();
        const store = createMemoryStore();
        let sentAt = 0;
        const { client } = startClient(
          {
            clock,
            concurrency,
            outbox: slowOutbox(store, clock, pauses),
            random: () => draws.next().value,
            queue,
            retry: { attempts: 8, maxDelay: 4000, holdContact: 40_000 },
          },
          (request) => {
            sentAt = clock.now();
            const { status, delay } = replies.next().value;
            clock.after(delay, () => request.reply(status, "", PLENTY));
          },
        );
        let idleSince = clock.now();
        async function watch(milliseconds: number): Promise<void> {
          for (let passed = 0; passed < milliseconds; passed += 50) {
            await passTime(clock, 50);
            const now = clock.now();
            const isFree = [...store.events.values()].some(
              ({ record, leaseUntil }) => record.dueAt <= now && leaseUntil <= now,
            );
            if (!isFree || client.stats().inFlight > 0 || sentAt >= now - 50) idleSince = now;
            expect(now - idleSince).toBeLessThan(PATIENCE);
          }
        }
        for (const [index, gap] of gaps.entries()) {
          const metadata = { comment: "x".repeat((index * 37) % 100) };
          client.track({ userId: `${index}`, eventName: "placed-order", metadata });
          await watch(gap);
        }
        for (let passed = 0; client.stats().pending > 0 && passed < 600_000; passed += 1000)
          await watch(1000);
        expect(client.stats()).toMatchObject({ tracked: gaps.length, pending: 0 });
        expect(unaccounted(client.stats())).toBe(0);
      }),
      runs(200),
    );
  },
  SIMULATION_TIMEOUT,
);
