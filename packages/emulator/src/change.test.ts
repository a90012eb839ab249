import process from "node:process";
import { expect, test, vi } from "vitest";
import { createBench, event } from "../test/emulator-bench.ts";

test.each([
  [
    "throws",
    () => {
      throw new Error("mine");
    },
  ],
  [
    "rejects",
    async () => {
      throw new Error("mine");
    },
  ],
])("a listener that %s fails no request, and the others are told", async (_, listener) => {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const { emulator, post } = createBench();
  const told: string[] = [];
  emulator.onChange(listener);
  emulator.onChange(({ type }) => told.push(type));
  expect((await post(event())).status).toBe(202);
  expect(told).toEqual(["rate", "contact", "event_name", "event", "request"]);
  expect(warn.mock.calls).toEqual(
    told.map(() => [expect.stringMatching(/^A listener of changes failed: Error: mine/)]),
  );
  warn.mockRestore();
});
