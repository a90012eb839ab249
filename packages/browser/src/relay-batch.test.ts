import type { OutboxRecord, RelayRequest } from "@intercom-events/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cutBatch, encodeBatch, MAX_BATCH, MAX_BYTES, sizeOf } from "./relay-batch.ts";

const NOW = 1_671_028_894_987;

function batchEvent(text: string, index = 0): { record: OutboxRecord } {
  const body = JSON.stringify({ event_name: text, created_at: 1 });
  return { record: { id: String(index), body, trackedAt: 0, attempts: 0, failures: 0, dueAt: 0 } };
}

test("a batch is the longest beginning that fits, in bytes and events", () => {
  const texts = fc.array(
    fc.oneof(fc.string({ unit: "grapheme", maxLength: 2_000 }), fc.constant("é".repeat(20_000))),
    { maxLength: 250 },
  );
  fc.assert(
    fc.property(
      texts,
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 100, max: MAX_BYTES }),
      (all, limit, room) => {
        const records = all.map(batchEvent);
        const batch = cutBatch(records, limit, room);
        expect(batch).toEqual(records.slice(0, batch.length));
        expect(batch.length).toBeLessThanOrEqual(limit);
        if (batch.length > 0) expect(sizeOf(encodeBatch(batch, NOW))).toBeLessThanOrEqual(room);
        const next = records[batch.length];
        if (next && batch.length < limit)
          expect(sizeOf(encodeBatch([...batch, next], NOW))).toBeGreaterThan(room - 100);
      },
    ),
  );
});

test("no more than the contract allows", () => {
  const many = Array.from({ length: 150 }, () => batchEvent("a"));
  expect(cutBatch(many, MAX_BATCH, MAX_BYTES)).toHaveLength(MAX_BATCH);
  expect(cutBatch([batchEvent("x".repeat(61_440))], MAX_BATCH, MAX_BYTES)).toEqual([]);
});

test("the body holds each event byte for byte", () => {
  const odd = { ...batchEvent("b").record, body: '{"event_name":"\\u0062","created_at":1.0e0}' };
  const records = [batchEvent("a"), { record: odd }];
  const body = encodeBatch(records, NOW, 'a"b');
  for (const { record } of records) expect(body).toContain(record.body);
  expect(JSON.parse(body) as RelayRequest).toMatchObject({
    identity: 'a"b',
    sent_at: 1_671_028_894,
    events: [{ event_name: "a" }, { event_name: "b" }],
  });
  expect(JSON.parse(encodeBatch(records, NOW))).not.toHaveProperty("identity");
});
