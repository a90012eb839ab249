import { expect, test } from "vitest";
import { createBench, event, refusalOf } from "../test/emulator-bench.ts";

const full = [422, "422", "Cannot have more than 2 active event names"];

test("archiving a name frees its place, and its events stay", async () => {
  const { post, json, emulator } = createBench({ eventNames: 2 });
  for (const event_name of ["First.Order", "second"]) await post(event({ event_name }));
  expect(await refusalOf(await post(event({ event_name: "third" })))).toEqual(full);
  expect(emulator.archiveEventName("First$Order")).toBe(true);
  expect((await post(event({ event_name: "third" }))).status).toBe(202);
  expect(emulator.stats().eventNames).toBe(2);
  expect(emulator.eventNames()).toEqual([
    { workspace: "default", name: "first-order", archived: true },
    { workspace: "default", name: "second", archived: false },
    { workspace: "default", name: "third", archived: false },
  ]);
  expect(await json("/events?type=user&user_id=314159&summary=true")).toMatchObject({
    events: [{ name: "first-order", count: 1 }, { name: "second" }, { name: "third" }],
  });
});

test("an archived name that is sent again needs a place", async () => {
  const { post, emulator } = createBench({ eventNames: 2 });
  for (const event_name of ["first", "second"]) await post(event({ event_name }));
  emulator.archiveEventName("first");
  expect((await post(event({ event_name: "first", created_at: 1 }))).status).toBe(202);
  emulator.archiveEventName("first");
  await post(event({ event_name: "third" }));
  expect(await refusalOf(await post(event({ event_name: "first", created_at: 2 })))).toEqual(full);
});

test("what is not active cannot be archived", async () => {
  const { post, emulator } = createBench();
  expect(emulator.archiveEventName("unknown")).toBe(false);
  await post(event());
  expect(emulator.archiveEventName("placed-order", "another")).toBe(false);
  expect(emulator.archiveEventName("placed-order")).toBe(true);
  expect(emulator.archiveEventName("placed-order")).toBe(false);
});
