import type { DatabaseSync } from "node:sqlite";
import {
  type Ending,
  type LeaseRequest,
  type OutboxCounts,
  OutboxError,
  type OutboxPolicy,
  type OutboxRecord,
} from "@intercom-events/core";
import { type SqliteDeadLetters, sqliteDeadLetters } from "./sqlite-dead-letters.ts";
import { FIELDS, type Row, toRecord } from "./sqlite-record.ts";

/** What an outbox does with its file; each call before `counts` belongs in a transaction. */
export interface SqliteStatements {
  append(records: readonly OutboxRecord[], leaseUntil: number | undefined): void;
  lease(request: LeaseRequest): OutboxRecord[];
  renew(ids: readonly string[], until: number): void;
  update(records: readonly OutboxRecord[], leaseUntil: number | undefined): void;
  settle(endings: readonly Ending[], now: number): void;
  /** Frees all that an owner has leased. */
  free(owner: number): void;
  counts(): OutboxCounts;
  /** Whether others have leased events. */
  othersLease(): boolean;
  /** Ids of events after an id, in the order of text. */
  idsAfter(id: string, limit: number): string[];
  readonly deadLetters: Pick<SqliteDeadLetters, "last" | "after">;
}

/** How an outbox uses its file. */
export interface SqliteUse {
  /** Names this outbox in the leases it takes. */
  readonly owner: number;
  readonly policy: OutboxPolicy;
  /** Pages in use beyond which `append` forgets dead letters, or refuses. */
  readonly appendPages: number;
  /** Pages in use beyond which `settle` forgets dead letters, or buries no more of them. */
  readonly letterPages: number;
  /** Asked before `append`, which refuses then. @param bytes what it would write */
  readonly isDiskFull: (bytes: number) => boolean;
}

/** Prepares everything an outbox does with its file. */
export function sqliteStatements(
  db: DatabaseSync,
  { owner, policy, appendPages, letterPages, isDiskFull }: SqliteUse,
): SqliteStatements {
  // It gives out `seq`, as it has those of events and of dead letters.
  const insertBody = db.prepare("INSERT INTO bodies (body) VALUES (?)");
  const insert = db.prepare(`
    INSERT INTO events (seq, ${FIELDS}, owner, lease_until, wake_at, size)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  const wake = db.prepare("UPDATE events SET wake_at = 0 WHERE wake_at > 0 AND wake_at <= ?");
  // The clocks of two processes may differ, so what one has woken may not be ready for the other.
  const first = db.prepare(`
    SELECT seq, body, ${FIELDS} FROM events INDEXED BY events_ready JOIN bodies USING (seq)
    WHERE wake_at = 0 AND due_at <= ? AND lease_until <= ? ORDER BY id LIMIT ?`);
  const take = db.prepare(
    "UPDATE events SET owner = ?, lease_until = ?, wake_at = max(?, due_at) WHERE seq = ?",
  );
  const prolong = db.prepare(
    "UPDATE events SET lease_until = ?, wake_at = max(?, due_at) WHERE id = ? AND owner = ?",
  );
  const change = db.prepare(`
    UPDATE events SET attempts = ?, failures = ?, missing_since = ?, due_at = ?, owner = ?, lease_until = ?, wake_at = ?
    WHERE id = ? AND (owner IS NULL OR owner = ?)`);
  const remove = db.prepare("DELETE FROM events WHERE id = ? RETURNING seq, size");
  const removeBody = db.prepare("DELETE FROM bodies WHERE seq = ?");
  const free = db.prepare(
    "UPDATE events SET owner = NULL, lease_until = 0, wake_at = due_at WHERE owner = ?",
  );
  // Apart, so that the index tells without passing over what this outbox has leased.
  const others = db.prepare(`
    SELECT 1 FROM events WHERE owner < ? UNION ALL SELECT 1 FROM events WHERE owner > ? LIMIT 1`);
  const readTotals = db.prepare("SELECT events, bytes, dead_letters FROM totals");
  const add = db.prepare(
    "UPDATE totals SET events = events + ?, bytes = bytes + ?, dead_letters = dead_letters + ?",
  );
  const nextIds = db.prepare("SELECT id FROM events WHERE id > ? ORDER BY id LIMIT ?");
  const letters = sqliteDeadLetters(db, policy, letterPages);

  function counts(): OutboxCounts {
    const { events, bytes, dead_letters } = readTotals.get() as Row;
    return { events: Number(events), bytes: Number(bytes), deadLetters: Number(dead_letters) };
  }

  return {
    counts,
    append(records, leaseUntil) {
      if (records.length === 0) return;
      const { events } = counts();
      if (events + records.length > policy.maxEvents) {
        throw new OutboxError(
          "full",
          `Cannot keep events: ${events} of at most ${policy.maxEvents} are kept already`,
        );
      }
      const bytes = records.reduce((sum, { body }) => sum + body.length, 0);
      if (isDiskFull(bytes)) throw new OutboxError("full", "Cannot keep events: the disk is almost full");
      const forgotten = letters.makeRoom(appendPages);
      if (forgotten === undefined) throw new OutboxError("full", "Cannot keep events: maxBytes is used up");
      const lease = leaseOf(owner, leaseUntil);
      for (const record of records) {
        const { id, body, trackedAt, attempts, failures, missingSince = null, dueAt } = record;
        const wakeAt = Math.max(lease.until, dueAt);
        const seq = insertBody.run(body).lastInsertRowid;
        const fields = [id, trackedAt, attempts, failures, missingSince, dueAt] as const;
        const { changes } = insert.run(seq, ...fields, lease.owner, lease.until, wakeAt, body.length);
        if (changes !== 1) {
          throw new OutboxError("failed", "Cannot keep events: one of their ids is kept already");
        }
      }
      add.run(records.length, bytes, -forgotten);
    },
    lease({ limit, now, until }) {
      wake.run(now);
      const rows = first.all(now, now, limit);
      for (const { seq } of rows) take.run(owner, until, until, Number(seq));
      return rows.map(toRecord);
    },
    renew(ids, until) {
      for (const id of ids) prolong.run(until, until, id, owner);
    },
    update(records, leaseUntil) {
      const lease = leaseOf(owner, leaseUntil);
      for (const { id, attempts, failures, missingSince = null, dueAt } of records) {
        const wakeAt = Math.max(lease.until, dueAt);
        change.run(attempts, failures, missingSince, dueAt, lease.owner, lease.until, wakeAt, id, owner);
      }
    },
    settle(endings, now) {
      if (endings.length === 0) return;
      const kept = counts().deadLetters;
      let [events, bytes, buried] = [0, 0, 0];
      for (const ending of endings) {
        const { isBuried, more } = letters.bury(ending, now);
        buried += more;
        const removed = remove.get(ending.id);
        if (removed === undefined) continue;
        if (!isBuried) removeBody.run(Number(removed.seq));
        events += 1;
        bytes += Number(removed.size);
      }
      add.run(-events, -bytes, letters.prune(kept + buried, now) - kept);
    },
    free(of) {
      free.run(of);
    },
    othersLease: () => others.get(owner, owner) !== undefined,
    idsAfter: (id, limit) => nextIds.all(id, limit).map((row) => String(row.id)),
    deadLetters: letters,
  };
}

function leaseOf(owner: number, until: number | undefined): { owner: number | null; until: number } {
  return until === undefined ? { owner: null, until: 0 } : { owner, until };
}
