import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers";
import { afterEach, expect, test, vi } from "vitest";
import { assertionCases } from "../test/assertion-cases.ts";
import { createBench, event } from "../test/emulator-bench.ts";
import { createEmulatorState } from "./emulator-state.ts";
import { createEmulator, type EventMatch } from "./index.ts";
import { resolveOptions } from "./options.ts";
import { waitForEvent } from "./wait-for-event.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

/** Puts fake timers in the place of those of `node:timers` too, which a wait has. */
function useFakeTimers(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.spyOn(timers, "setTimeout").mockImplementation(setTimeout as never);
  vi.spyOn(timers, "clearTimeout").mockImplementation(clearTimeout);
  syncBuiltinESMExports();
}

for (const [name, run] of Object.entries(assertionCases)) test(name, () => run(createEmulator));

test.each<[unknown, string]>([
  [null, '"match" must be an object, got null'],
  [{ name: "a" }, '"name" is not one of eventName, contact, createdAt, metadata, workspace'],
  [{ eventName: "" }, '"eventName" must be a non-empty string, got ""'],
  ...[
    [5, "number 5"],
    ["", '""'],
    [null, "null"],
    [{}, "an object"],
  ].map(([contact, got]): [object, string] => [
    { contact },
    `"contact" must be a text, or an object with one or more of id, user_id, email, got ${got}`,
  ]),
  [{ contact: { user_id: 5 } }, '"contact.user_id" must be a non-empty string, got number 5'],
  [{ contact: { userId: "5" } }, '"userId" is not one of id, user_id, email'],
  [{ createdAt: "now" }, '"createdAt" must be Unix seconds, got "now"'],
  [{ metadata: [] }, '"metadata" must be an object, got a list'],
])("the match %j is refused", async (match, message) => {
  const wait = createEmulator().waitForEvent(match as EventMatch);
  await expect(wait).rejects.toThrow(new TypeError(`Cannot wait for event: ${message}`));
});

test("the time to wait is checked", async () => {
  await expect(createEmulator().waitForEvent({}, { timeoutMs: -1 })).rejects.toThrow(
    'Cannot wait for event: "timeoutMs" must be milliseconds, 0 or more, got number -1',
  );
});

test("an unknown option of a wait is refused", async () => {
  await expect(createEmulator().waitForEvent({}, { timeout: 5 } as never)).rejects.toThrow(
    'Cannot wait for event: "timeout" is not one of timeoutMs',
  );
});

test.each<[object, string]>([
  [{ method: "" }, '"method" must be a non-empty string, got ""'],
  [{ path: 5 }, '"path" must be a non-empty string, got number 5'],
  [{ status: "202" }, '"status" must be a status such as 202, got "202"'],
  [{ status: 2020 }, '"status" must be a status such as 202, got number 2020'],
  [{ result: "sent" }, '"result" must be stored, duplicate, answered or refused, got "sent"'],
  [{ result: "toString" }, '"result" must be stored, duplicate, answered or refused, got "toString"'],
  [{ reason: 404 }, '"reason" must be a non-empty string, got number 404'],
  [{ field: null }, '"field" must be a non-empty string, got null'],
  [{ requestId: [] }, '"requestId" must be a non-empty string, got a list'],
])("no request can be like %j", (match, message) => {
  expect(() => createEmulator().requests(match)).toThrow(new TypeError(`Cannot find requests: ${message}`));
});

test("nobody listens any more after a wait, be it met or not", async () => {
  const state = createEmulatorState(resolveOptions({}));
  const contact = state.workspace("w").contacts.put({ user_id: "1" });
  const met = waitForEvent(state, { eventName: "a" });
  state.workspace("w").events.add(contact, { event_name: "a", created_at: 1, named: { user_id: "1" } });
  await met;
  await expect(waitForEvent(state, { eventName: "b" }, { timeoutMs: 0 })).rejects.toThrow("No event matched");
  let told = 0;
  state.changes.tell(() => {
    told += 1;
    return { type: "reset" };
  });
  expect(told).toBe(0);
});

test("a wait without a time of its own ends after 5 seconds", async () => {
  useFakeTimers();
  const missed = vi.fn();
  const wait = createEmulator().waitForEvent({}).catch(missed);
  await vi.advanceTimersByTimeAsync(4999);
  expect(missed).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await wait;
  expect(missed.mock.calls).toMatchObject([[{ name: "AssertionError" }]]);
});

test("a wait that is met leaves no timer behind, which would keep the program alive", async () => {
  useFakeTimers();
  const { emulator, post } = createBench();
  const wait = emulator.waitForEvent({});
  expect(vi.getTimerCount()).toBe(1);
  await post(event());
  await wait;
  expect(vi.getTimerCount()).toBe(0);
});

test("of the requests that were refused the latest are shown", async () => {
  const { emulator, post } = createBench();
  for (const event_name of ["a", "b", "c", "d"]) await post(event({ event_name, created_at: "soon" }));
  const wait = emulator.waitForEvent({}, { timeoutMs: 0 });
  await expect(wait).rejects.toThrow(/refused:(\n .* event '[bcd]'){3}$/);
});
