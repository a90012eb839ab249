import { type Outbox, OutboxError, type OutboxPolicy, type OutboxRecord } from "@intercom-events/core";
import { CHUNK, chunksOf } from "./kv-chunks.ts";
import { forget, keys, putEvent } from "./kv-layout.ts";
import { idsOf } from "./kv-record.ts";
import type { KvSession } from "./kv-session.ts";
import { readEvents } from "./kv-store.ts";
import { packText } from "./kv-text.ts";

/** The verb of an outbox that keeps new records. */
export function kvAppend({ kv, owner, policy, change, leaseTo }: KvSession): Outbox["append"] {
  async function appendChunk(
    records: readonly OutboxRecord[],
    all: number,
    leaseUntil: number | undefined,
  ): Promise<void> {
    await change(async (totals, edit) => {
      refuseBeyond(policy, totals.events, all);
      if (
        new Set(records.map(({ id }) => id)).size < records.length ||
        (await readEvents(kv, idsOf(records))).length > 0
      )
        throw new OutboxError("failed", "Cannot keep events: one of their ids is kept already");
      for (const record of records) {
        const { text, parts } = packText(record.body);
        const serial = totals.next++;
        const size = record.body.length;
        putEvent(edit, leaseTo({ ...record, body: text, serial, size, leaseUntil: 0 }, leaseUntil));
        for (const [index, part] of parts.entries()) edit.set.push([[...keys.body(serial), index], part]);
        totals.events += 1;
        totals.bytes += size;
      }
    });
  }

  /** Forgets records that a failed call has appended. */
  function takeBack(records: readonly OutboxRecord[]): Promise<void> {
    return change(async (totals, edit) => {
      for (const event of await readEvents(kv, idsOf(records))) {
        if (event.owner === undefined || event.owner === owner) forget(totals, edit, event);
      }
    });
  }

  return async function append(records, leaseUntil) {
    const chunks = chunksOf(records, CHUNK, ({ body }) => body.length);
    let left = records.length;
    for (const [index, chunk] of chunks.entries()) {
      try {
        await appendChunk(chunk, left, leaseUntil);
        left -= chunk.length;
      } catch (error) {
        for (const kept of chunks.slice(0, index)) await takeBack(kept);
        throw error;
      }
    }
  };
}

function refuseBeyond({ maxEvents }: OutboxPolicy, kept: number, more: number): void {
  if (kept + more <= maxEvents) return;
  throw new OutboxError("full", `Cannot keep events: ${kept} of at most ${maxEvents} are kept already`);
}
