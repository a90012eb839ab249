import type { DeadLetter, OutboxRecord, Outcome } from "@intercom-events/core";
import type { Kv } from "./deno-kv.ts";
import { type KvEvent, type KvLetter, keys } from "./kv-layout.ts";
import { readText } from "./kv-text.ts";

/** The ids of some records. */
export function idsOf(records: readonly OutboxRecord[]): string[] {
  return records.map(({ id }) => id);
}

/** An event as it was given to the outbox. */
export async function toRecord(kv: Kv, event: KvEvent): Promise<OutboxRecord> {
  const { id, trackedAt, attempts, failures, missingSince, dueAt } = event;
  const body = await readText(kv, keys.body(event.serial), event.body);
  return {
    id,
    body,
    trackedAt,
    attempts,
    failures,
    ...(missingSince !== undefined && { missingSince }),
    dueAt,
  };
}

/** A dead letter with the whole of its texts. */
export async function toLetter(kv: Kv, { serial, event, outcome, endedAt }: KvLetter): Promise<DeadLetter> {
  const record = await toRecord(kv, event);
  const text = await readText(kv, keys.outcome(serial), outcome);
  return { record, outcome: JSON.parse(text) as Outcome, endedAt };
}
