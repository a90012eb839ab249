import { expect, test } from "vitest";
import { type FakeClock, fakeClock } from "../tests/fake-clock.ts";
import { passTime } from "../tests/pass-time.ts";
import { turn } from "../tests/start-client.ts";
import { createSpacedWork } from "./spaced-work.ts";

/** Work that takes some time each time, and when it has begun. */
function start(milliseconds = 0) {
  const clock: FakeClock = fakeClock(0);
  const begun: number[] = [];
  const work = createSpacedWork(clock, async () => {
    begun.push(clock.now());
    if (milliseconds > 0) await new Promise<void>((resolve) => clock.after(milliseconds, resolve));
  });
  return { clock, begun, work };
}

test("is done at once when asked for, and once more after a rest however often that was asked meanwhile", async () => {
  const { clock, begun, work } = start();
  work.ask();
  work.ask();
  work.ask();
  await passTime(clock, 5000, 100);
  expect(begun).toEqual([0, 1000]);
  work.ask();
  expect(begun).toEqual([0, 1000, 5000]);
});

test("takes a twentieth of the time at most, however often it is asked for", async () => {
  const { clock, begun, work } = start(500);
  for (let second = 0; second < 60; second += 1) {
    work.ask();
    await passTime(clock, 1000, 500);
  }
  expect(begun).toEqual([0, 10_500, 21_000, 31_500, 42_000, 52_500]);
});

test("is done time and again for those who want that, until the last of them does not", async () => {
  const { clock, begun, work } = start();
  const [one, other] = [work.repeat(), work.repeat()];
  await passTime(clock, 2500, 100);
  one();
  one();
  await passTime(clock, 2000, 100);
  expect(begun).toEqual([0, 1000, 2000, 3000, 4000]);
  other();
  await passTime(clock, 10_000, 100);
  expect(begun).toHaveLength(5);
});

test.each([3_600_000, -3_600_000])(
  "rests a minute at most when the clock is put by %i ms meanwhile",
  async (by) => {
    const { clock, begun, work } = start(100);
    const end = work.repeat();
    clock.set(clock.now() + by);
    await passTime(clock, 62_000, 100);
    expect(begun.length).toBeGreaterThan(1);
    end();
  },
);

test("is not done any more once it was stopped, and keeps no timer", async () => {
  const { clock, begun, work } = start(500);
  work.repeat();
  await turn();
  work.stop();
  await passTime(clock, 600, 100); // What is under way ends, and sets no timer for the next time.
  expect(clock.timers()).toBe(0);
  await passTime(clock, 120_000, 100);
  work.ask();
  expect(begun).toEqual([0]);
  expect(clock.timers()).toBe(0);
});
