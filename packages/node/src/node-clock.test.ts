import { setImmediate } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { nodeClock } from "./node-clock.ts";

test.each<[string, (callback: () => void) => () => void]>([
  ["soon", (callback) => nodeClock.soon?.(callback) ?? expect.unreachable()],
  ["after a time", (callback) => nodeClock.after(0, callback)],
])("what is to be called %s is not once it was cancelled", async (_, schedule) => {
  const [cancelled, called] = [vi.fn(), vi.fn()];
  const cancel = schedule(cancelled);
  schedule(called);
  cancel();
  await vi.waitUntil(() => called.mock.calls.length > 0);
  await setImmediate();
  expect(cancelled).not.toHaveBeenCalled();
});
