import { expect, test, vi } from "vitest";
import { fakeClock } from "../tests/fake-clock.ts";
import { faultyOutbox } from "../tests/faulty-outbox.ts";
import { createMemoryStore, memoryOutbox, type OutboxRecord } from "./index.ts";
import { createOutboxChanges } from "./outbox-changes.ts";
import { createOutboxTrouble } from "./outbox-trouble.ts";

const ACCEPTED = { status: "accepted", attempts: 1 } as const;

function recordOf(id: string, attempts = 0): OutboxRecord {
  return { id, body: "{}", trackedAt: 0, attempts, failures: 0, dueAt: 0 };
}

/** Changes of an outbox that keeps some records. */
async function changesOf(...ids: string[]) {
  const faulty = faultyOutbox(createMemoryStore());
  await faulty.outbox.append(ids.map((id) => recordOf(id)));
  const clock = fakeClock();
  const warn = vi.fn();
  const changes = createOutboxChanges(faulty.outbox, clock, createOutboxTrouble(clock, warn));
  return { faulty, warn, changes };
}

test("an end that is written while the outbox is asked for records is remembered until it has answered", async () => {
  const { changes } = await changesOf("1", "2");
  changes.end("1", ACCEPTED);
  expect(changes.hasEnded("1")).toBe(true);
  const forget = changes.remember();
  await changes.writeEndings();
  expect([changes.isEmpty(), changes.hasEnded("1")]).toEqual([true, true]);
  forget();
  expect(changes.hasEnded("1")).toBe(false); // Or memory would grow with each event.
  changes.end("2", ACCEPTED);
  await changes.writeEndings();
  expect(changes.hasEnded("2")).toBe(false);
});

test("what has changed again while it was written is written again, and else is not", async () => {
  const { changes, faulty } = await changesOf("1", "2");
  changes.change(recordOf("1", 1));
  changes.park(recordOf("2", 1));
  const writing = changes.writeRecords();
  changes.change(recordOf("1", 2));
  expect(await writing).toBe(true);
  expect([changes.isEmpty(), changes.isParkingDone()]).toEqual([false, true]);
  await changes.writeRecords();
  expect(changes.isEmpty()).toBe(true);
  const written = faulty.of("update").map(([records]) => records);
  expect(written).toEqual([[recordOf("1", 1)], [recordOf("2", 1)], [recordOf("1", 2)]]);
});

test("after an outage, records are written some thousands at a time, and none that are taken back meanwhile", async () => {
  const clock = fakeClock();
  const sizes: number[] = [];
  const outbox = {
    ...memoryOutbox(),
    async update(records: readonly OutboxRecord[], leaseUntil?: number) {
      sizes.push(records.length);
      if (leaseUntil === undefined) for (let id = 0; id < 5000; id += 1) changes.unpark(`${id}`);
    },
  };
  const changes = createOutboxChanges(outbox, clock, createOutboxTrouble(clock, vi.fn()));
  for (let id = 5000; id < 9500; id += 1) changes.change(recordOf(`${id}`));
  for (let id = 0; id < 2001; id += 1) changes.park(recordOf(`${id}`));
  expect(await changes.writeRecords()).toBe(true);
  expect(sizes).toEqual([2000, 2000, 500, 2000]);
  expect(changes.isEmpty()).toBe(true);
});

test("what an outbox does to the lists it is given has nothing written again", async () => {
  const inner = memoryOutbox();
  const lists: number[] = [];
  const drain = (list: readonly unknown[]): void => void lists.push((list as unknown[]).splice(0).length);
  const clock = fakeClock();
  const changes = createOutboxChanges(
    { ...inner, settle: async (endings) => drain(endings), update: async (records) => drain(records) },
    clock,
    createOutboxTrouble(clock, vi.fn()),
  );
  changes.end("1", ACCEPTED);
  changes.change(recordOf("2", 1));
  changes.park(recordOf("3", 1));
  expect([await changes.writeEndings(), await changes.writeRecords()]).toEqual([true, true]);
  expect([lists, changes.isEmpty()]).toEqual([[1, 1, 1], true]);
});

test("what could not be written is told of and kept", async () => {
  const { changes, faulty, warn } = await changesOf("1", "2");
  const error = new Error("disk");
  faulty.fail("settle", error);
  faulty.fail("update", error);
  changes.change(recordOf("1", 1));
  changes.park(recordOf("2", 1));
  expect(await changes.writeRecords()).toBe(false);
  changes.end("1", ACCEPTED);
  expect(await changes.writeEndings()).toBe(false);
  expect([changes.hasEnded("1"), changes.parked("2")?.attempts, warn.mock.calls.length]).toEqual([
    true,
    1,
    2,
  ]);
  faulty.fail("settle", undefined);
  faulty.fail("update", undefined);
  expect([await changes.writeEndings(), await changes.writeRecords(), changes.isEmpty()]).toEqual([
    true,
    true,
    true,
  ]);
});
