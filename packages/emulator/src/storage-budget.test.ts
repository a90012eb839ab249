import { expect, test } from "vitest";
import { createBench, event, refusalOf } from "../test/emulator-bench.ts";
import { createEmulatorState } from "./emulator-state.ts";
import { resolveOptions } from "./options.ts";

const full = [
  507,
  "emulator_full",
  "The emulator holds as much as its option maxBytes allows: reset it, or allow more",
];

test("when maxBytes are stored, writes are refused and reads are not, until a reset", async () => {
  const { post, call, emulator } = createBench({ maxBytes: 100_000 });
  let stored = 0;
  while ((await post(event({ created_at: stored }))).status === 202) stored += 1;
  expect(stored).toBeGreaterThan(50);
  expect(stored).toBeLessThan(150);
  expect(await refusalOf(await post(event({ created_at: 5000 })))).toEqual(full);
  const form = new URLSearchParams({ app_id: "a", visitor_id: "v", event_list: "{}" }).toString();
  expect(await refusalOf(await call("/messenger/web/events", { method: "POST", body: form }))).toEqual(full);
  await expect(emulator.import("{}")).rejects.toThrow("Cannot import: line 1 is more than maxBytes allows");
  expect((await call("/events?type=user&user_id=314159")).status).toBe(200);
  emulator.reset();
  expect((await post(event())).status).toBe(202);
});

test("long texts count: a few large events fill it too", async () => {
  const { post } = createBench({ maxBytes: 1_000_000 });
  const statuses = [];
  for (let created_at = 0; created_at < 4; created_at += 1) {
    const metadata = { text: "x".repeat(400_000) };
    statuses.push((await post(event({ created_at, metadata }))).status);
  }
  expect(statuses).toEqual([202, 202, 202, 507]);
});

test("what is set again, or forgotten, takes no more room", async () => {
  const state = createEmulatorState(resolveOptions({}));
  const workspace = state.workspace("default");
  const set = (): void => {
    state.setContacts([{ user_id: "1", email: "a@example.com" }, { user_id: "2" }]);
    state.putContacts([{ user_id: "1", email: "b@example.com" }]);
    workspace.names.put("a", true);
    workspace.names.put("a", false);
    workspace.events.seed("63a0979a5eeebeaf28dd56ba", { name: "a", first: 1, last: 2, count: 3 });
  };
  set();
  const used = state.storage.used();
  for (let again = 0; again < 10; again += 1) set();
  expect(state.storage.used()).toBe(used);
  state.setContacts([]);
  expect(state.storage.used()).toBeLessThan(used);
  state.reset();
  expect(state.storage.used()).toBe(0);
});

test("events that an import passes over take no room", async () => {
  const { emulator, post } = createBench({ maxBytes: 20_000 });
  await post(event({ metadata: { text: "x".repeat(1000) } }));
  const exported = [...emulator.export()].join("");
  for (let round = 0; round < 30; round += 1) await emulator.import(exported);
  expect((await post(event({ created_at: 1 }))).status).toBe(202);
});
