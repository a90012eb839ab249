import { expect, test } from "vitest";
import { faultyOutbox } from "../tests/faulty-outbox.ts";
import { passTime } from "../tests/pass-time.ts";
import { anotherEvent, startClient, turn } from "../tests/start-client.ts";
import { accept, startOutboxClient } from "../tests/start-outbox-client.ts";
import { createMemoryStore } from "./memory-outbox.ts";
import { OutboxError } from "./outbox.ts";

test("what has ended makes room for what is left to keep when a client is closed", async () => {
  const store = createMemoryStore();
  const { client, clock, intercom } = startOutboxClient(store, undefined, {}, 3);
  await turn();
  for (let events = 0; events < 3; events += 1) client.track(anotherEvent());
  await passTime(clock, 10, 1);
  intercom.open().forEach(accept);
  await turn();
  const receipts = [anotherEvent(), anotherEvent(), anotherEvent()].map(client.track);
  expect(await client.close({ timeout: 0 })).toEqual({ pending: 3, dropped: 0 });
  expect(await Promise.all(receipts.map(({ stored }) => stored))).toEqual([true, true, true]);
  expect(store.events.size).toBe(3);
});

test.each([0, 300])("a full outbox with room for %d is asked about once for each event", async (room) => {
  const store = createMemoryStore();
  const { client, clock, faulty } = startOutboxClient(store, undefined, {}, 20 + room);
  await turn();
  for (let events = 0; events < 20; events += 1) client.track(anotherEvent());
  await passTime(clock, 100, 10);
  const before = faulty.of("append").length;
  for (let events = 0; events < 2000; events += 1) client.track(anotherEvent());
  await passTime(clock, 1000, 10);
  expect(client.stats()).toMatchObject({ pending: 20 + room, dropped: 2000 - room });
  expect(faulty.of("append").length - before).toBeLessThan((2000 - room) * 1.1);
});

test("a full outbox that has room again gets events together, and not one by one", async () => {
  const store = createMemoryStore();
  const { client, clock, intercom, faulty } = startOutboxClient(store, undefined, {}, 200);
  await turn();
  for (let events = 0; events < 201; events += 1) client.track(anotherEvent());
  await passTime(clock, 100, 10);
  expect(client.stats().dropped).toBe(1);
  for (let answers = 0; answers < 200; answers += 1) {
    intercom.open().forEach(accept);
    await passTime(clock, 10);
  }
  expect(store.events.size).toBe(0);
  const before = faulty.of("append").length;
  for (let events = 0; events < 201; events += 1) client.track(anotherEvent());
  await passTime(clock, 100, 10);
  expect(client.stats().dropped).toBe(2);
  expect(faulty.of("append").length - before).toBeLessThan(40);
});

test("of what does not fit together, nothing waits for a second failure after one that took long", async () => {
  const { outbox } = faultyOutbox(createMemoryStore());
  let appends = 0;
  const { client, clock, intercom } = startClient({
    outbox: {
      ...outbox,
      async append() {
        appends += 1;
        if (appends === 1) throw new OutboxError("full", "no room for so many");
        await new Promise((resolve) => clock.after(2000, () => resolve(undefined)));
        throw new OutboxError("failed", "busy");
      },
    },
    outboxFallback: "memory",
  });
  await turn();
  for (let events = 0; events < 4; events += 1) client.track(anotherEvent());
  await passTime(clock, 2500, 10);
  expect(appends).toBe(2);
  expect(intercom.sent).toHaveLength(4);
});
