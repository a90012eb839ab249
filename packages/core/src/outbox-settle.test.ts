import { describe, expect, test } from "vitest";
import { passTime } from "../tests/pass-time.ts";
import { anotherEvent, EVENT, startClient, turn, unaccounted } from "../tests/start-client.ts";
import { accept, PLENTY, startOutboxClient } from "../tests/start-outbox-client.ts";
import type { CloseReport } from "./client.ts";
import { createMemoryStore, type MemoryStore, memoryOutbox } from "./memory-outbox.ts";
import { type Ending, OutboxError } from "./outbox.ts";

const FAILED = new OutboxError("failed", "disk I/O error");
const WARNING =
  "intercom-events: The outbox cannot write how events have ended; another process may send them again: disk I/O error.";

/** A client of which Intercom has one event, and whose outbox refuses to settle it. */
async function startUnsettled(store: MemoryStore) {
  const started = startOutboxClient(store, accept);
  started.faulty.fail("settle", FAILED);
  await passTime(started.clock, 5000, 1000); // Not at the time of its rounds.
  const receipt = started.client.track(EVENT);
  await passTime(started.clock, 100, 10);
  expect((await receipt).status).toBe("accepted");
  return started;
}

describe("an outbox that does not take how events have ended", () => {
  test("is told of in what flush, close and the counts answer", async () => {
    const store = createMemoryStore();
    const { client, clock, warnings } = await startUnsettled(store);
    expect(await client.flush()).toEqual({ pending: 0, unsettled: 1 });
    expect(client.stats()).toMatchObject({ tracked: 1, accepted: 1, pending: 0, unsettled: 1 });
    expect(unaccounted(client.stats())).toBe(0);
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 0, unsettled: 1, dropped: 0 });
    expect(store.events.size).toBe(1);
    expect(warnings).toEqual([WARNING]);
    expect(clock.timers()).toBe(0);
  });

  test("is told of where it does not answer either", async () => {
    const store = createMemoryStore();
    const inner = memoryOutbox({ store });
    const { client, clock } = startClient(
      { outbox: { ...inner, settle: () => new Promise(() => undefined) } },
      accept,
    );
    await turn();
    client.track(EVENT);
    await passTime(clock, 100, 10);
    let report: CloseReport | undefined;
    void client.close().then((closed) => {
      report = closed;
    });
    await passTime(clock, 60_000, 1000);
    expect(report).toEqual({ pending: 0, unsettled: 1, dropped: 0 });
    expect(store.events.size).toBe(1);
  });

  test("is asked again each second, and then no more is said", async () => {
    const store = createMemoryStore();
    const { client, clock, intercom, faulty } = await startUnsettled(store);
    await passTime(clock, 10_000, 100);
    const asked = faulty.of("settle").length;
    expect(asked).toBeGreaterThan(8);
    expect(asked).toBeLessThan(13);
    faulty.fail("settle", undefined);
    await passTime(clock, 1000, 100);
    expect(store.events.size).toBe(0);
    expect(await client.flush()).toEqual({ pending: 0 });
    expect(client.stats()).not.toHaveProperty("unsettled");
    expect(intercom.sent).toHaveLength(1);
    expect(await client.close()).toEqual({ pending: 0, dropped: 0 });
  });

  test("has the next process send the same bytes again", async () => {
    const store = createMemoryStore();
    const first = await startUnsettled(store);
    await first.client.close({ timeout: 0 });
    const second = startOutboxClient(store, accept);
    await passTime(second.clock, 100, 10);
    expect(second.intercom.sent.map(({ body }) => body)).toEqual(first.intercom.sent.map(({ body }) => body));
    expect(await second.client.close()).toEqual({ pending: 0, dropped: 0 });
    expect(second.client.stats()).toMatchObject({ tracked: 0, accepted: 0, recovered: 1 });
    expect(store.events.size).toBe(0);
  });

  test("has no other process send them while this one lives", async () => {
    const store = createMemoryStore();
    const { clock } = await startUnsettled(store);
    await passTime(clock, 31_000, 1000); // Longer than it was leased for.
    const other = startOutboxClient(store, accept, { clock });
    await passTime(clock, 60_000, 1000);
    expect(other.intercom.sent).toEqual([]);
    expect(store.events.size).toBe(1);
  });

  test("gets some thousands at once when it takes them again", async () => {
    const store = createMemoryStore();
    const { client, clock, faulty } = startOutboxClient(store, (request) => request.reply(202, "", PLENTY));
    faulty.fail("settle", FAILED);
    await turn();
    for (let round = 0; round < 10; round += 1) {
      for (let events = 0; events < 1000; events += 1) client.track(anotherEvent());
      await passTime(clock, 2000, 100);
    }
    expect(client.stats()).toMatchObject({ accepted: 10_000, unsettled: 10_000 });
    faulty.fail("settle", undefined);
    await passTime(clock, 2000, 100);
    expect(store.events.size).toBe(0);
    const sizes = faulty.of("settle").map(([endings]) => (endings as Ending[]).length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2000);
    const renewed = faulty.of("renew").map(([ids]) => (ids as string[]).length);
    expect(Math.max(...renewed)).toBeLessThanOrEqual(2000);
  });
});
