import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import {
  type DeadLetter,
  type Ending,
  isDelivered,
  type LeaseRequest,
  type OutboxCounts,
  OutboxError,
  type OutboxPolicy,
  type OutboxRecord,
  type Outcome,
  safeOutcome,
} from "@intercom-events/core";

type Row = Record<string, SQLOutputValue>;

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
  /** The number of the latest dead letter. */
  lastDeadLetter(): number;
  /** Dead letters after a number and up to another, each with its own. */
  deadLettersAfter(number: number, last: number, limit: number): (DeadLetter & { readonly number: number })[];
}

/** More dead letters than one page of the file can hold. */
const LETTERS_A_PAGE = 64;

const FIELDS = "id, tracked_at, attempts, failures, missing_since, due_at";

/** How an outbox uses its file. */
export interface SqliteUse {
  /** Names this outbox in the leases it takes. */
  readonly owner: number;
  readonly policy: OutboxPolicy;
  /** Pages in use beyond which `append` forgets dead letters, or refuses. */
  readonly appendPages: number;
  /** Pages in use beyond which `settle` forgets dead letters, or buries no more of them. */
  readonly letterPages: number;
}

/** Prepares everything an outbox does with its file. */
export function sqliteStatements(
  db: DatabaseSync,
  { owner, policy, appendPages, letterPages }: SqliteUse,
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
  const bury = db.prepare(`
    INSERT INTO dead_letters (seq, ${FIELDS}, ended_at, outcome)
    SELECT seq, ${FIELDS}, ?, ? FROM events WHERE id = ?`);
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
  const allPages = db.prepare("PRAGMA page_count");
  const freePages = db.prepare("PRAGMA freelist_count");
  const nextIds = db.prepare("SELECT id FROM events WHERE id > ? ORDER BY id LIMIT ?");
  const oldest = db.prepare("SELECT number, seq, ended_at FROM dead_letters ORDER BY number LIMIT 1");
  const removeLetter = db.prepare("DELETE FROM dead_letters WHERE number = ?");
  const letters = db.prepare(`
    SELECT number, ended_at, outcome, body, ${FIELDS} FROM dead_letters JOIN bodies USING (seq)
    WHERE number > ? AND number <= ? ORDER BY number LIMIT ?`);
  const lastLetter = db.prepare("SELECT max(number) AS number FROM dead_letters");

  function counts(): OutboxCounts {
    const { events, bytes, dead_letters } = readTotals.get() as Row;
    return { events: Number(events), bytes: Number(bytes), deadLetters: Number(dead_letters) };
  }

  function refuseBeyond(more: number): void {
    const { events } = counts();
    if (events + more > policy.maxEvents) {
      throw new OutboxError(
        "full",
        `Cannot keep events: ${events} of at most ${policy.maxEvents} are kept already`,
      );
    }
  }

  /** Pages in use beyond as many. */
  function pagesBeyond(pages: number): number {
    return Number(allPages.get()?.page_count) - Number(freePages.get()?.freelist_count) - pages;
  }

  function forget(letter: Row): void {
    removeLetter.run(Number(letter.number));
    removeBody.run(Number(letter.seq));
  }

  /** Forgets the oldest dead letters while more pages are in use, unless they do not help; says how many. */
  function makeRoom(pages: number): { readonly forgotten: number; readonly isRoom: boolean } {
    let forgotten = 0;
    let beyond = pagesBeyond(pages);
    for (const most = beyond * LETTERS_A_PAGE; beyond > 0; beyond = pagesBeyond(pages)) {
      const letter = forgotten < most ? oldest.get() : undefined;
      if (letter === undefined) return { forgotten, isRoom: false };
      forget(letter);
      forgotten += 1;
    }
    return { forgotten, isRoom: true };
  }

  /** The same for one more dead letter, which takes the place of the oldest where all of them would not make room. */
  function makeRoomForLetter(): ReturnType<typeof makeRoom> {
    if (pagesBeyond(letterPages) <= 0) return { forgotten: 0, isRoom: true };
    db.exec("SAVEPOINT room");
    const made = makeRoom(letterPages);
    if (made.isRoom) {
      db.exec("RELEASE room");
      return made;
    }
    db.exec("ROLLBACK TO room; RELEASE room");
    const letter = oldest.get();
    if (letter === undefined) return { forgotten: 0, isRoom: false };
    forget(letter);
    return { forgotten: 1, isRoom: true };
  }

  /** Forgets dead letters from the oldest on, those too old and those too many, and says how many are left. */
  function prune(kept: number, now: number): number {
    for (let left = kept; ; left -= 1) {
      const letter = oldest.get();
      const isOld = letter !== undefined && Number(letter.ended_at) <= now - policy.deadLetterAge;
      if (letter === undefined || (left <= policy.maxDeadLetters && !isOld)) return left;
      forget(letter);
    }
  }

  return {
    counts,
    append(records, leaseUntil) {
      if (records.length === 0) return;
      refuseBeyond(records.length);
      const { forgotten, isRoom } = makeRoom(appendPages);
      if (!isRoom) throw new OutboxError("full", "Cannot keep events: maxBytes is used up");
      let bytes = 0;
      for (const record of records) {
        const { id, body, trackedAt, attempts, failures, missingSince = null, dueAt } = record;
        const lease = leaseOf(owner, leaseUntil);
        const wakeAt = Math.max(lease.until, dueAt);
        const seq = insertBody.run(body).lastInsertRowid;
        const fields = [id, trackedAt, attempts, failures, missingSince, dueAt] as const;
        const { changes } = insert.run(seq, ...fields, lease.owner, lease.until, wakeAt, body.length);
        if (changes !== 1) {
          throw new OutboxError("failed", "Cannot keep events: one of their ids is kept already");
        }
        bytes += body.length;
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
      for (const { id, outcome } of endings) {
        let isBuried = false;
        if (!isDelivered(outcome)) {
          const { forgotten, isRoom } = makeRoomForLetter();
          buried -= forgotten;
          isBuried = isRoom && bury.run(now, JSON.stringify(safeOutcome(outcome)), id).changes === 1;
        }
        const removed = remove.get(id);
        if (removed === undefined) continue;
        if (isBuried) buried += 1;
        else removeBody.run(Number(removed.seq));
        events += 1;
        bytes += Number(removed.size);
      }
      add.run(-events, -bytes, prune(kept + buried, now) - kept);
    },
    free(of) {
      free.run(of);
    },
    othersLease: () => others.get(owner, owner) !== undefined,
    idsAfter: (id, limit) => nextIds.all(id, limit).map((row) => String(row.id)),
    lastDeadLetter: () => Number(lastLetter.get()?.number),
    deadLettersAfter(number, last, limit) {
      return letters.all(number, last, limit).map((row) => ({
        number: Number(row.number),
        record: toRecord(row),
        outcome: JSON.parse(String(row.outcome)) as Outcome,
        endedAt: Number(row.ended_at),
      }));
    },
  };
}

function leaseOf(owner: number, until: number | undefined): { owner: number | null; until: number } {
  return until === undefined ? { owner: null, until: 0 } : { owner, until };
}

function toRecord(row: Row): OutboxRecord {
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
