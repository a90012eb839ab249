import type { DatabaseSync } from "node:sqlite";
import {
  type DeadLetter,
  type Ending,
  isDelivered,
  type OutboxPolicy,
  type Outcome,
  safeOutcome,
} from "@intercom-events/core";
import { FIELDS, type Row, toRecord } from "./sqlite-record.ts";

/** More dead letters than one page of the file can hold. */
const LETTERS_A_PAGE = 64;

/** The dead letters of a file; each call that changes them belongs in a transaction. */
export interface SqliteDeadLetters {
  /**
   * Forgets the oldest while more pages of the file are in use, and says how many; `undefined` where that makes no room,
   * and is to be taken back.
   */
  makeRoom(pages: number): number | undefined;
  /** Keeps an event that was not delivered, if there is room or can be, and says by how many they have become more. */
  bury(ending: Ending, now: number): { readonly isBuried: boolean; readonly more: number };
  /** Forgets those too old and those too many of so many, and says how many are left. */
  prune(kept: number, now: number): number;
  /** The number of the latest. */
  last(): number;
  /** Those after a number and up to another, each with its own. */
  after(number: number, last: number, limit: number): (DeadLetter & { readonly number: number })[];
}

/**
 * Prepares everything an outbox does with the dead letters of its file.
 *
 * @param letterPages pages in use beyond which `bury` forgets the oldest, or keeps no more of them
 */
export function sqliteDeadLetters(
  db: DatabaseSync,
  { maxDeadLetters, deadLetterAge }: OutboxPolicy,
  letterPages: number,
): SqliteDeadLetters {
  const insert = db.prepare(`
    INSERT INTO dead_letters (seq, ${FIELDS}, ended_at, outcome)
    SELECT seq, ${FIELDS}, ?, ? FROM events WHERE id = ?`);
  const allPages = db.prepare("PRAGMA page_count");
  const freePages = db.prepare("PRAGMA freelist_count");
  const oldest = db.prepare("SELECT number, seq, ended_at FROM dead_letters ORDER BY number LIMIT 1");
  const remove = db.prepare("DELETE FROM dead_letters WHERE number = ?");
  const removeBody = db.prepare("DELETE FROM bodies WHERE seq = ?");
  const between = db.prepare(`
    SELECT number, ended_at, outcome, body, ${FIELDS} FROM dead_letters JOIN bodies USING (seq)
    WHERE number > ? AND number <= ? ORDER BY number LIMIT ?`);
  const latest = db.prepare("SELECT max(number) AS number FROM dead_letters");

  /** Pages in use beyond as many. */
  function pagesBeyond(pages: number): number {
    return Number(allPages.get()?.page_count) - Number(freePages.get()?.freelist_count) - pages;
  }

  function forget(letter: Row): void {
    remove.run(Number(letter.number));
    removeBody.run(Number(letter.seq));
  }

  function makeRoom(pages: number): number | undefined {
    let forgotten = 0;
    let beyond = pagesBeyond(pages);
    for (const most = beyond * LETTERS_A_PAGE; beyond > 0; beyond = pagesBeyond(pages)) {
      const letter = forgotten < most ? oldest.get() : undefined;
      if (letter === undefined) return undefined;
      forget(letter);
      forgotten += 1;
    }
    return forgotten;
  }

  /** Makes room for one more, which takes the place of the oldest where all of them would not make any. */
  function makeRoomForOne(): number | undefined {
    if (pagesBeyond(letterPages) <= 0) return 0;
    db.exec("SAVEPOINT room");
    const forgotten = makeRoom(letterPages);
    db.exec(forgotten === undefined ? "ROLLBACK TO room; RELEASE room" : "RELEASE room");
    if (forgotten !== undefined) return forgotten;
    const letter = oldest.get();
    if (letter === undefined) return undefined;
    forget(letter);
    return 1;
  }

  return {
    makeRoom,
    bury({ id, outcome }, now) {
      const forgotten = isDelivered(outcome) ? undefined : makeRoomForOne();
      const isBuried =
        forgotten !== undefined && insert.run(now, JSON.stringify(safeOutcome(outcome)), id).changes === 1;
      return { isBuried, more: Number(isBuried) - (forgotten ?? 0) };
    },
    prune(kept, now) {
      for (let left = kept; ; left -= 1) {
        const letter = oldest.get();
        const isOld = letter !== undefined && Number(letter.ended_at) <= now - deadLetterAge;
        if (letter === undefined || (left <= maxDeadLetters && !isOld)) return left;
        forget(letter);
      }
    },
    last: () => Number(latest.get()?.number),
    after(number, last, limit) {
      return between.all(number, last, limit).map((row) => ({
        number: Number(row.number),
        record: toRecord(row),
        outcome: JSON.parse(String(row.outcome)) as Outcome,
        endedAt: Number(row.ended_at),
      }));
    },
  };
}
