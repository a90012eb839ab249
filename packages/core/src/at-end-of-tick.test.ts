import { expect, test, vi } from "vitest";
import { atEndOfTick } from "./at-end-of-tick.ts";

test("work is done once at the end of the tick, and again in another one", async () => {
  const work = vi.fn();
  const schedule = atEndOfTick(work);
  for (let times = 1; times <= 3; times += 1) {
    schedule();
    schedule();
    expect(work).toHaveBeenCalledTimes(times - 1);
    await Promise.resolve();
    expect(work).toHaveBeenCalledTimes(times);
  }
});

test("what asks for it while it is being done has it done once more", async () => {
  const work = vi.fn(() => work.mock.calls.length < 3 && schedule());
  const schedule = atEndOfTick(work);
  schedule();
  await new Promise(setImmediate);
  expect(work).toHaveBeenCalledTimes(3);
});
