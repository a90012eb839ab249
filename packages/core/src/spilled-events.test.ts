import { describe, expect, test } from "vitest";
import { createEventIds } from "./event-ids.ts";
import { createReceipt } from "./lazy-receipt.ts";
import type { DeadLetter } from "./outbox.ts";
import type { Outcome } from "./outcome.ts";
import type { PendingEvent } from "./pending-event.ts";
import { createSpilledEvents, type KeptElsewhere } from "./spilled-events.ts";

const ACCEPTED: Outcome = { status: "accepted", attempts: 0 };
const EXPIRED: Outcome = { status: "dropped", reason: "expired" };

async function* lettersOf(...ids: string[]): AsyncGenerator<DeadLetter, void, undefined> {
  for (const id of ids) {
    const record = { id, body: "{}", trackedAt: 1, attempts: 1, failures: 1, dueAt: 0 };
    yield { record, outcome: EXPIRED, endedAt: 1 };
  }
}

/** Spilled events by number, of which somebody waits for some, and others' receipts are gone. */
function spill(numbers: readonly number[], unheld: readonly number[] = []) {
  const eventIds = createEventIds(() => 0.5);
  const idOf = (sequence: number): string => eventIds.next(sequence, 1);
  const ended: [sequence: number | undefined, outcome: Outcome][] = [];
  const spilled = createSpilledEvents(eventIds, (outcome, sequence) => ended.push([sequence, outcome]));
  const eventOf = (sequence: number): PendingEvent => ({
    id: idOf(sequence),
    sequence,
    body: "{}",
    trackedAt: 1,
    isOwn: true,
    receipt: unheld.includes(sequence) ? undefined : createReceipt(),
    key: undefined,
    attempts: 1,
    failures: 1,
    missingSince: undefined,
  });
  for (const event of numbers.map(eventOf)) {
    void event.receipt?.then(); // Somebody waits for it.
    spilled.add(event);
  }
  /** Ends those that are missing in an outbox that holds some events, and letters of others. */
  function endMissing(
    there: readonly number[],
    letters: readonly number[] = [],
    more: Partial<KeptElsewhere> = {},
  ): Promise<void> {
    return spilled.endMissing({
      async *ids() {
        yield* there.map(idOf);
      },
      deadLetters: () => lettersOf(...letters.map(idOf)),
      held: new Map(),
      endings: new Map(),
      handedOut: async () => undefined,
      ...more,
    });
  }
  return { spilled, ended, idOf, eventOf, endMissing };
}

describe("an event that the outbox holds no more", () => {
  test("has ended as its dead letter says, and else was accepted", async () => {
    const { spilled, ended, endMissing } = spill([1, 2, 3, 4]);
    await endMissing([2], [3]);
    expect(ended).toEqual([
      [1, ACCEPTED],
      [3, EXPIRED],
      [4, ACCEPTED],
    ]);
    expect(spilled.count()).toBe(1);
  });

  test("is counted as its letter says though nobody has its receipt", async () => {
    const { spilled, ended, endMissing } = spill([1, 2, 3], [1, 2, 3]);
    await endMissing([2], [3]);
    expect(ended).toEqual([
      [undefined, EXPIRED],
      [undefined, ACCEPTED],
    ]);
    expect(spilled.count()).toBe(1);
  });

  test.each([
    ["whose receipt was asked for", []],
    ["whose receipt is gone", [1]],
  ])("is counted by its letter once: one %s", async (_, unheld) => {
    const { ended, endMissing } = spill([1, 2, 3], [...unheld, 2, 3]);
    await endMissing([2, 3], [1]);
    await endMissing([3], [1]);
    expect(ended.map(([, outcome]) => outcome)).toEqual([EXPIRED, ACCEPTED]);
  });

  test("and that is back in memory, or ends here meanwhile, is left to whoever delivers it", async () => {
    const { spilled, ended, eventOf, endMissing, idOf } = spill([1, 2, 3, 4]);
    spilled.take(idOf(1));
    spilled.take(idOf(2));
    await endMissing([4], [1], {
      held: new Map([[idOf(1), eventOf(1)]]),
      async *deadLetters() {
        spilled.end(2, ACCEPTED);
        yield* lettersOf();
      },
    });
    expect(ended).toEqual([[3, ACCEPTED]]);
    expect(spilled.count()).toBe(1);
  });
});

test("an event that has ended here, which the outbox has not been told, does not count as there", async () => {
  const { ended, endMissing, idOf } = spill([2, 3]);
  await endMissing([1, 3], [], { endings: new Map([[idOf(1), ACCEPTED]]) });
  expect(ended).toEqual([[2, ACCEPTED]]);
});

test("a letter of an event that has ended here takes no other's place", async () => {
  const { spilled, ended, endMissing } = spill([2, 3, 4]);
  // Another process has sent the first as well, as the end of it could not be written.
  await endMissing([4], [1, 3]);
  expect(ended).toEqual([
    [2, ACCEPTED],
    [3, EXPIRED],
  ]);
  expect(spilled.count()).toBe(1);
});

describe("an event that the outbox has handed out before another process ended it", () => {
  test("has not ended elsewhere, and its letter is no other's", async () => {
    const { spilled, ended, eventOf, idOf, endMissing } = spill([1, 2, 3], [1, 3]);
    const held = new Map<string, PendingEvent>();
    await endMissing([1], [2], {
      held,
      async handedOut() {
        spilled.take(idOf(2));
        held.set(idOf(2), eventOf(2));
      },
    });
    expect(ended).toEqual([[undefined, ACCEPTED]]);
    expect(spilled.count()).toBe(1);
  });

  test("is waited for until the outbox says so", async () => {
    const { ended, endMissing } = spill([1, 2]);
    let tell = (): void => undefined;
    const done = endMissing([1], [2], { handedOut: () => new Promise<void>((resolve) => (tell = resolve)) });
    await new Promise((resolve) => setTimeout(resolve));
    expect(ended).toEqual([]);
    tell();
    await done;
    expect(ended).toEqual([[2, EXPIRED]]);
  });
});

describe("an event that the outbox hands out", () => {
  test("is one of these, and is taken out", () => {
    const { spilled, idOf } = spill([1, 2]);
    expect(spilled.take(idOf(2))).toBe(2);
    expect(spilled.count()).toBe(1);
  });

  test.each(["accept", "bury"] as const)("is none of these if it has ended: %s", (note) => {
    const { spilled, idOf } = spill([1, 2]);
    spilled[note](idOf(2));
    expect(spilled.take(idOf(2))).toBeUndefined();
    expect(spilled.count()).toBe(2);
  });

  test("is none of these if another process has tracked it, or there are none", () => {
    const { spilled, idOf } = spill([1]);
    expect(spilled.take(createEventIds(() => 0.25).next(1, 1))).toBeUndefined();
    expect(spilled.take(idOf(1))).toBe(1);
    expect(spilled.take(idOf(1))).toBeUndefined();
    expect(spilled.count()).toBe(0);
  });
});

test("the latest 10,000 of each kind that have ended are remembered, and no more than twice as many", () => {
  const { spilled, idOf } = spill([1, 2, 3, 4, 5, 6]);
  for (const [note, first] of [
    ["accept", 100_000],
    ["bury", 200_000],
  ] as const) {
    for (let number = 1; number <= 20_001; number += 1) spilled[note](idOf(first + number));
    expect(spilled.take(idOf(first + 10_000))).toBe(first + 10_000);
    expect(spilled.take(idOf(first + 10_001))).toBeUndefined();
    expect(spilled.take(idOf(first + 20_001))).toBeUndefined();
  }
});
