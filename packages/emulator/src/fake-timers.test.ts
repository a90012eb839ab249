/** What is said to be in real milliseconds is so for a test that has put fake timers in the place of the global ones. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createBench, event } from "../test/emulator-bench.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a wait ends", async () => {
  const { emulator } = createBench();
  const wait = emulator.waitForEvent({ eventName: "none" }, { timeoutMs: 20 });
  await expect(wait).rejects.toThrow("No event matched within 20 ms");
});

test("a reply that a fault holds back comes in process", async () => {
  const { post } = createBench({ faults: [{ delayMs: 20 }] });
  expect((await post(event())).status).toBe(202);
});

test("a reply that a fault holds back comes over HTTP", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }); // all others would hold up fetch itself
  const { emulator } = createBench({ faults: [{ delayMs: 20 }] });
  const { url } = await emulator.listen();
  expect((await fetch(`${url}/events`)).status).toBe(401);
  await emulator.close();
});
