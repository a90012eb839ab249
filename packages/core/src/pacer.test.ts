import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PacingScenario, simulatePacing } from "../tests/simulate-pacing.ts";
import { createPacer } from "./pacer.ts";

const base = { callers: 1, limit: 1667, latency: 100, concurrency: 32, windows: 3 };

/** A small generator of numbers from 0 to 1 that a seed repeats (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function play(scenario: Partial<PacingScenario>, seed = 1) {
  return simulatePacing({ ...base, random: seeded(seed), ...scenario });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe("alone on its token", () => {
  const cases: Record<string, Partial<PacingScenario>> = {
    "the default allowance": {},
    "a small allowance": { limit: 83 },
    "slow replies": { latency: 300, concurrency: 64 },
    "a clock that is an hour ahead": { limit: 167, clockAhead: 3_600_000 },
    "a clock that is an hour behind": { limit: 167, clockAhead: -3_600_000 },
    "no rate-limit headers": { hasHeaders: false },
  };
  test.each(Object.entries(cases))("earns no 429 and uses 98 % of the allowance: %s", (_, scenario) => {
    const { accepted, refused } = play(scenario);
    expect(refused).toBe(0);
    expect(Math.min(...accepted)).toBeGreaterThanOrEqual(0.98 * (scenario.limit ?? base.limit));
  });

  test("never exceeds the allowance, whatever the limit, the latency and the clock", () => {
    const scenario = fc.record({
      limit: fc.integer({ min: 10, max: 500 }),
      latency: fc.integer({ min: 2, max: 800 }),
      concurrency: fc.integer({ min: 1, max: 64 }),
      clockAhead: fc.integer({ min: -7_200_000, max: 7_200_000 }),
      hasHeaders: fc.constant(true),
    });
    fc.assert(
      fc.property(scenario, fc.integer(), (given, seed) => {
        expect(play({ ...given, windows: 2 }, seed).refused).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test("uses the share it is given and no more", () => {
    const { accepted } = play({ share: 0.5, limit: 400 });
    for (const count of accepted) expect(count).toBeLessThanOrEqual(200);
    expect(Math.min(...accepted)).toBeGreaterThan(190);
  });
});

describe("beside others of its token", () => {
  test.each([2, 4, 8, 16])(
    "%i callers settle with few 429s (under 1 in 100), and use the allowance",
    (callers) => {
      const { accepted, refused, calls, byCaller } = play({ callers, windows: 5 });
      expect(refused / calls).toBeLessThan(0.01);
      expect(Math.min(...accepted)).toBeGreaterThanOrEqual(0.98 * base.limit);
      // Fair: nobody gets less than half of an even part.
      expect(Math.min(...byCaller)).toBeGreaterThan(sum(byCaller) / callers / 2);
    },
  );
});

describe("after a 429", () => {
  const reply = (headers: Record<string, string>) => ({
    headers: { get: (name: string) => headers[name] ?? null },
  });
  const at = Date.parse("2026-01-01T00:00:03.000Z");
  const limited = reply({
    date: "Thu, 01 Jan 2026 00:00:03 GMT",
    "x-ratelimit-limit": "100",
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": String((at + 7000) / 1000),
  });

  test("waits for the window's end, then asks with one call before the others follow", () => {
    const pacer = createPacer({ share: 1, random: () => 0.5 });
    expect(pacer.start(at)).toBe(0);
    pacer.end({ startedAt: at, now: at, reply: limited, limited: {} });
    expect(pacer.start(at)).toBe(7100); // The end, and half of the spread of waking.
    expect(pacer.start(at + 7000)).toBe(100);
    expect(pacer.start(at + 7100)).toBe(0);
    expect(pacer.start(at + 7100)).toBeGreaterThan(9000); // Not before the one has ended, or the next window.
    const fine = reply({
      "x-ratelimit-limit": "100",
      "x-ratelimit-remaining": "99",
      "x-ratelimit-reset": String((at + 17_000) / 1000),
    });
    pacer.end({ startedAt: at + 7100, now: at + 7150, reply: fine });
    expect(pacer.start(at + 7150)).toBe(0);
    expect(pacer.start(at + 7150)).toBeLessThan(1000);
  });

  test("goes by Retry-After alone where there are no headers", () => {
    const pacer = createPacer({ share: 1, random: () => 0 });
    pacer.start(at);
    pacer.end({ startedAt: at, now: at, reply: reply({}), limited: { resetAt: at + 4000 } });
    expect(pacer.start(at + 3999)).toBe(1);
    expect(pacer.start(at + 4000)).toBe(0);
  });

  test("takes no notice of a 429 of a window that is over", () => {
    const pacer = createPacer({ share: 1, random: () => 0 });
    pacer.start(at);
    pacer.start(at);
    pacer.end({ startedAt: at, now: at, reply: said(50, at + 7000, "Thu, 01 Jan 2026 00:00:03 GMT") });
    pacer.read(at + 7000); // The next window opens.
    pacer.end({ startedAt: at, now: at + 7001, reply: limited, limited: {} });
    expect(pacer.read(at + 7001)).toMatchObject({ remaining: 100, resetAt: at + 17_000 });
    expect([pacer.start(at + 7300), pacer.start(at + 7300)]).toEqual([0, 0]);
  });

  const said = (remaining: number, resetAt: number, date: string) =>
    reply({
      date,
      "x-ratelimit-limit": "100",
      "x-ratelimit-remaining": String(remaining),
      "x-ratelimit-reset": String(resetAt / 1000),
    });

  test("counts calls whose replies say nothing off what the server said last", () => {
    const pacer = createPacer({ share: 1, random: () => 0 });
    pacer.start(at);
    pacer.end({ startedAt: at, now: at, reply: said(2, at + 7000, "Thu, 01 Jan 2026 00:00:03 GMT") });
    for (const now of [at + 6400, at + 6450]) {
      // Late in the window, so that the spread holds nothing back.
      while (pacer.start(now) > 0) pacer.read(now);
      pacer.end({ startedAt: now, now, reply: reply({}) });
    }
    expect(pacer.read(at + 6460).remaining).toBe(0);
    expect(pacer.start(at + 6460)).toBe(540);
  });
});

test("many callers that share a smaller allowance do not all use its first half at once", () => {
  const { refused, calls } = play({ callers: 16, limit: 800, latency: 150, windows: 5 });
  // About 3 in 100; nearly 9 where each takes that half for its own.
  expect(refused / calls).toBeLessThan(0.05);
});

test("nonsense headers are taken for none", () => {
  const header = fc.option(fc.oneof(fc.string(), fc.integer().map(String), fc.constant("120abc")), {
    nil: null,
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20_000), header, header, header, header)), (replies) => {
      const pacer = createPacer({ share: 1, random: Math.random });
      let now = 1_700_000_000_000;
      for (const [later, date, limit, remaining, reset] of replies) {
        now += later;
        const values: Record<string, string | null> = {
          date,
          "x-ratelimit-limit": limit,
          "x-ratelimit-remaining": remaining,
          "x-ratelimit-reset": reset,
        };
        const wait = pacer.start(now);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(70_000);
        if (wait === 0)
          pacer.end({ startedAt: now, now, reply: { headers: { get: (name) => values[name] ?? null } } });
      }
    }),
  );
});
