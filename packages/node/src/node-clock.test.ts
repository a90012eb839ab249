import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { nodeClock } from "./node-clock.ts";

const schedules: readonly [string, (callback: () => void) => () => void][] = [
  ["soon", (callback) => nodeClock.soon?.(callback) ?? expect.unreachable()],
  ["after a time", (callback) => nodeClock.after(0, callback)],
];

test.each(schedules)("what is to be called %s is not once it was cancelled", async (_, schedule) => {
  const [cancelled, called] = [vi.fn(), vi.fn()];
  const cancel = schedule(cancelled);
  schedule(called);
  cancel();
  await vi.waitUntil(() => called.mock.calls.length > 0);
  await setImmediate();
  expect(cancelled).not.toHaveBeenCalled();
});

/** As Sinon and `node:test` have them, which leave alone what is not theirs. */
describe("under the fake timers of a test", () => {
  afterEach(() => void vi.useRealTimers());
  const fake = () => vi.useFakeTimers({ shouldClearNativeTimers: false });

  test.each(schedules)("what was to be called %s before can be cancelled", async (_, schedule) => {
    const callback = vi.fn();
    const cancel = schedule(callback);
    fake();
    cancel();
    vi.useRealTimers();
    await sleep(20);
    expect(callback).not.toHaveBeenCalled();
  });

  test("what has kept the process alive before lets it end", () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const before = timers();
    const letGo = nodeClock.keepAlive?.();
    expect(timers()).toBe(before + 1);
    fake();
    letGo?.();
    vi.useRealTimers();
    expect(timers()).toBe(before);
  });
});
