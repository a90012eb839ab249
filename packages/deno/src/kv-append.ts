import { type Outbox, OutboxError, type OutboxPolicy, type OutboxRecord } from "@intercom-events/core";
import { CHUNK, chunksOf, slices } from "./kv-chunks.ts";
import { forget, keys, putEvent } from "./kv-layout.ts";
import { idsOf } from "./kv-record.ts";
import type { KvSession } from "./kv-session.ts";
import { readEvents } from "./kv-store.ts";
import { packText } from "./kv-text.ts";

/** The verb of an outbox that keeps new records, and what it may leave undone. */
export interface KvAppend extends Pick<Outbox, "append"> {
  /** Forgets what calls have appended that failed later on, where they could not do so themselves. */
  takeBack(): Promise<void>;
}

/** The verb of a session that keeps new records. */
export function kvAppend({ kv, owner, policy, change, leaseTo }: KvSession): KvAppend {
  /** Records that nobody was told are kept. */
  const leftovers: string[] = [];

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

  async function takeBack(): Promise<void> {
    for (const chunk of slices([...leftovers], CHUNK)) {
      await change(async (totals, edit) => {
        for (const event of await readEvents(kv, chunk)) {
          if (event.owner === undefined || event.owner === owner) forget(totals, edit, event);
        }
      });
      leftovers.splice(0, chunk.length);
    }
  }

  return {
    takeBack,
    async append(records, leaseUntil) {
      const chunks = chunksOf(records, CHUNK, ({ body }) => body.length);
      let left = records.length;
      for (const [index, chunk] of chunks.entries()) {
        try {
          await appendChunk(chunk, left, leaseUntil);
          left -= chunk.length;
        } catch (error) {
          // What is no refusal says nothing of whether the commit took place: its answer may be lost.
          const reached = error instanceof OutboxError ? index : index + 1;
          leftovers.push(...idsOf(chunks.slice(0, reached).flat()));
          // What has failed the call may fail this as well: a full disk. Then it is for the next call.
          await takeBack().catch(() => undefined);
          throw error;
        }
      }
    },
  };
}

function refuseBeyond({ maxEvents }: OutboxPolicy, kept: number, more: number): void {
  if (kept + more <= maxEvents) return;
  throw new OutboxError("full", `Cannot keep events: ${kept} of at most ${maxEvents} are kept already`);
}
