import type { SQLOutputValue } from "node:sqlite";
import type { OutboxRecord } from "@intercom-events/core";

/** A row as SQLite hands it out. */
export type Row = Record<string, SQLOutputValue>;

/** The columns of a record beside its body, which `events` and `dead_letters` have alike. */
export const FIELDS = "id, tracked_at, attempts, failures, missing_since, due_at";

/** The record of a row that has its fields and its body. */
export function toRecord(row: Row): OutboxRecord {
  const { missing_since: missingSince } = row;
  return {
    id: String(row.id),
    body: String(row.body),
    trackedAt: Number(row.tracked_at),
    attempts: Number(row.attempts),
    failures: Number(row.failures),
    ...(missingSince !== null && { missingSince: Number(missingSince) }),
    dueAt: Number(row.due_at),
  };
}
