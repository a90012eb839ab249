import { expect, test } from "vitest";
import { passTime } from "../tests/pass-time.ts";
import { anotherEvent, turn } from "../tests/start-client.ts";
import { PLENTY, startOutboxClient } from "../tests/start-outbox-client.ts";
import { createMemoryStore } from "./memory-outbox.ts";
import { OutboxError } from "./outbox.ts";

test("an outbox that takes no changes does not have more and more of its events in memory", async () => {
  const store = createMemoryStore();
  const first = startOutboxClient(store);
  const { clock } = first;
  await turn();
  for (let events = 0; events < 6000; events += 1) first.client.track(anotherEvent());
  await first.client.close({ timeout: 0 });

  let status = 404;
  const { client, faulty, intercom } = startOutboxClient(
    store,
    (request) => request.reply(status, "", PLENTY),
    { clock, retry: { holdContact: 3_600_000, maxDelay: 5000 } },
  );
  const sent = (): number => new Set(intercom.sent.map(({ body }) => body)).size;
  faulty.fail("update", new OutboxError("failed", "disk I/O error"));
  await passTime(clock, 30_000, 200);
  expect(sent()).toBe(4000); // Those in memory, and as many that have left it but for that.

  status = 202;
  await passTime(clock, 120_000, 200);
  expect(client.stats().recovered).toBe(6000);
  expect(store.events.size).toBe(0);
});
