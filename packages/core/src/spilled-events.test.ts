import { expect, test } from "vitest";
import { createEventIds } from "./event-ids.ts";
import { createReceipt } from "./lazy-receipt.ts";
import type { DeadLetter } from "./outbox.ts";
import type { Outcome, Receipt } from "./outcome.ts";
import { createSpilledEvents } from "./spilled-events.ts";

const EXPIRED: Outcome = { status: "dropped", reason: "expired" };

async function* lettersOf(...ids: string[]): AsyncGenerator<DeadLetter, void, undefined> {
  for (const id of ids) {
    const record = { id, body: "{}", trackedAt: 1, attempts: 1, failures: 1, dueAt: 0 };
    yield { record, outcome: EXPIRED, endedAt: 1 };
  }
}

test("a letter of an event that has ended here takes no other's place", async () => {
  const ids = createEventIds(() => 0.5);
  const ended: [outcome: Outcome, sequence: number | undefined, receipt: Receipt | undefined][] = [];
  const spilled = createSpilledEvents(ids, (...args) => ended.push(args));
  const accepted = ids.next(1, 1); // Another process has sent it as well, as the end of it could not be written.
  const receipts = [createReceipt(), createReceipt()];
  for (const receipt of receipts) void receipt.then(); // Somebody waits for them.
  const [second, third] = [ids.next(2, 1), ids.next(3, 1)];
  const event = { body: "{}", trackedAt: 1, isOwn: true, key: undefined, attempts: 1, failures: 1 };
  [second, third].forEach((id, index) => {
    spilled.add({ ...event, id, sequence: 2 + index, receipt: receipts[index], missingSince: undefined });
  });
  await spilled.endAll(lettersOf(accepted, third));
  expect(ended).toEqual([
    [{ status: "accepted", attempts: 0 }, 2, receipts[0]],
    [EXPIRED, 3, receipts[1]],
  ]);
  expect(spilled.count()).toBe(0);
});
