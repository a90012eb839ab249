import { expect, test } from "vitest";
import { startClient, turn } from "../tests/start-client.ts";
import { Cancellation } from "./cancellation.ts";
import type { WireRequest } from "./transport.ts";

test("whoever listens, or has asked for the signal, is told when it is cancelled", () => {
  const cancellation = new Cancellation();
  const told: string[] = [];
  cancellation.listen(() => told.push("listener"));
  cancellation.signal.addEventListener("abort", () => told.push("signal"));
  expect(cancellation.signal.aborted).toBe(false);
  cancellation.cancel();
  expect(told.sort()).toEqual(["listener", "signal"]);
  expect(cancellation.signal.aborted).toBe(true);
});

test("a signal that is asked for later is aborted, and the same each time", () => {
  const cancellation = new Cancellation();
  cancellation.cancel();
  expect(cancellation.signal.aborted).toBe(true);
  expect(cancellation.signal).toBe(cancellation.signal);
});

test.each([
  ["as it is", (request: WireRequest) => request],
  ["in a copy", (request: WireRequest) => ({ ...request })],
])("a transport that takes the request %s is told by the signal", async (_, take) => {
  const signals: (AbortSignal | undefined)[] = [];
  const { client, clock } = startClient({
    transport: (request: WireRequest) => {
      signals.push(take(request).signal);
      return new Promise(() => undefined);
    },
    retry: { attempts: 1 },
  });
  const receipt = client.track({ userId: "314159", eventName: "logged-in" });
  await turn();
  expect(signals.map((signal) => signal?.aborted)).toEqual([false]);
  clock.advance(30_000);
  await receipt;
  expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
});
