import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createIntake } from "./intake.ts";
import type { PendingEvent } from "./pending-event.ts";

type Policy = "drop_newest" | "drop_oldest" | "wait";

let sequence = 0;

function event(characters: number): PendingEvent {
  sequence += 1;
  return {
    sequence,
    id: undefined,
    body: "x".repeat(characters),
    trackedAt: 0,
    isOwn: true,
    receipt: undefined,
    key: undefined,
    attempts: 0,
    failures: 0,
    missingSince: undefined,
  };
}

/** An intake, what it has let in and not let go since, and what it has dropped. */
function start(policy: Policy, { maxEvents = 3, maxBytes = 100 } = {}) {
  const inside: PendingEvent[] = [];
  const dropped: PendingEvent[] = [];
  const intake = createIntake({
    bounds: { maxEvents, maxBytes, policy },
    add: (one) => inside.push(one),
    takeOldest: () => inside.shift(),
    drop: (one) => dropped.push(one),
  });
  return { intake, inside, dropped };
}

describe("an event is taken while there is room", () => {
  test.each<[string, Policy, number[], string[]]>([
    ["events", "drop_newest", [1, 1, 1, 1], ["taken", "taken", "taken", "refused"]],
    ["bytes", "drop_newest", [60, 40, 1], ["taken", "taken", "refused"]],
    ["bytes, a smaller one", "drop_newest", [60, 41, 40], ["taken", "refused", "taken"]],
    ["bytes, of one alone", "drop_oldest", [100, 101], ["taken", "refused"]],
    ["events, with the oldest dropped", "drop_oldest", [1, 1, 1, 1], ["taken", "taken", "taken", "taken"]],
    ["events, waiting for it", "wait", [1, 1, 1, 1], ["taken", "taken", "taken", "waiting"]],
    ["bytes, behind one that waits", "wait", [60, 60, 1], ["taken", "waiting", "waiting"]],
    [
      "as many again to wait",
      "wait",
      [100, 1, 1, 1, 1],
      ["taken", "waiting", "waiting", "waiting", "refused"],
    ],
    ["as many bytes again to wait", "wait", [100, 60, 41, 40], ["taken", "waiting", "refused", "waiting"]],
    ["bytes, never", "wait", [101], ["refused"]],
  ])("%s (%s)", (_, policy, sizes, expected) => {
    const { intake } = start(policy);
    expect(sizes.map((size) => intake.offer(event(size)))).toEqual(expected);
  });
});

test("drops as many of the oldest as the new one needs room", () => {
  const { intake, inside, dropped } = start("drop_oldest");
  const events = [event(40), event(30), event(30), event(60)];
  for (const one of events) intake.offer(one);
  expect(dropped).toEqual(events.slice(0, 2));
  expect(inside).toEqual(events.slice(2));
  expect(intake.offer(event(10))).toBe("taken");
  expect(dropped).toHaveLength(2);
});

test("drops none for one that there will never be room for", () => {
  const { intake, inside, dropped } = start("drop_oldest");
  const first = event(50);
  intake.offer(first);
  expect(intake.offer(event(101))).toBe("refused");
  expect([inside, dropped]).toEqual([[first], []]);
});

test.each<[string, number[]]>([
  ["events", [1, 1, 1, 1]],
  ["bytes", [50, 50, 50]],
])("drops no more than it must of %s", (_, sizes) => {
  const { intake, dropped } = start("drop_oldest");
  for (const size of sizes) intake.offer(event(size));
  expect(dropped).toHaveLength(1);
});

test("takes the new one where none may be taken out", () => {
  const bounds = { maxEvents: 1, maxBytes: 100, policy: "drop_oldest" } as const;
  const intake = createIntake({ bounds, add() {}, takeOldest: () => undefined, drop() {} });
  expect([intake.offer(event(1)), intake.offer(event(1))]).toEqual(["taken", "taken"]);
});

test("refuses the new one where all others are being sent", () => {
  const { intake, inside, dropped } = start("drop_oldest", { maxEvents: 1 });
  const first = event(1);
  intake.offer(first);
  inside.shift();
  expect(intake.offer(event(1))).toBe("refused");
  expect(dropped).toEqual([]);
  intake.leave(first);
  expect(intake.offer(event(1))).toBe("taken");
});

test("lets those that wait in as others leave, in their order", () => {
  const { intake, inside } = start("wait");
  const [first, second, ...waiting] = [event(60), event(40), event(30), event(30), event(1)];
  for (const one of [first, second, ...waiting]) intake.offer(one as PendingEvent);
  expect(intake.waiting()).toBe(3);
  intake.leave(first as PendingEvent);
  expect(inside).toEqual([first, second, ...waiting.slice(0, 2)]);
  expect(intake.waiting()).toBe(1);
  expect(intake.offer(event(99))).toBe("waiting"); // There is room outside again.
  expect(intake.offer(event(1))).toBe("refused");
});

test("lets go of all that wait, and of no other", () => {
  const { intake } = start("wait", { maxEvents: 1 });
  const [first, second] = [event(1), event(1)];
  intake.offer(first);
  intake.offer(second);
  const left: PendingEvent[] = [];
  intake.stop((one) => left.push(one));
  expect(left).toEqual([second]);
  expect(intake.waiting()).toBe(0);
});

test("counts what comes from an outbox, room or not", () => {
  const { intake } = start("drop_newest", { maxEvents: 1 });
  const [first, second] = [event(1), event(1)];
  intake.enter(first);
  intake.enter(second);
  intake.leave(first);
  expect(intake.offer(event(1))).toBe("refused");
  intake.leave(second);
  expect(intake.offer(event(1))).toBe("taken");
});

test("keeps to its bounds, whatever comes and goes", () => {
  const policies = fc.constantFrom<Policy>("drop_newest", "drop_oldest", "wait");
  const steps = fc.array(fc.oneof(fc.integer({ min: 1, max: 120 }), fc.constant("leave" as const)));
  fc.assert(
    fc.property(policies, steps, (policy, script) => {
      const { intake, inside, dropped } = start(policy);
      let refused = 0;
      let gone = 0;
      for (const step of script) {
        if (step === "leave") {
          const oldest = inside.shift();
          if (oldest) gone += 1;
          if (oldest) intake.leave(oldest);
        } else if (intake.offer(event(step)) === "refused") refused += 1;
        expect(inside.length).toBeLessThanOrEqual(3);
        expect(inside.reduce((sum, { body }) => sum + body.length, 0)).toBeLessThanOrEqual(100);
        expect(intake.waiting()).toBeLessThanOrEqual(3);
      }
      const offered = script.filter((step) => step !== "leave").length;
      expect(inside.length + intake.waiting() + refused + dropped.length + gone).toBe(offered);
    }),
  );
});
