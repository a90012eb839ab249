import type { DatabaseSync } from "node:sqlite";
import { OutboxError } from "@intercom-events/core";

/** Marks a file as ours, in bytes 68 to 71: "icev". https://www.sqlite.org/fileformat.html#application_id */
export const APPLICATION_ID = 0x69_63_65_76;

/**
 * `wake_at` spares a lease the look at records that are not ready: 0 where one may be, otherwise when it
 * can be at the earliest, so that an index finds both kinds without passing over the others.
 * `totals` has one row, for counting a million rows takes longer than a lease. `bodies` are apart, for rows
 * that grow with their lease should be small, and a dead letter keeps the body where it is.
 */
const VERSION_1 = `
  CREATE TABLE bodies (seq INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    tracked_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    missing_since INTEGER,
    due_at INTEGER NOT NULL,
    owner INTEGER,
    lease_until INTEGER NOT NULL,
    wake_at INTEGER NOT NULL,
    size INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX events_ready ON events (wake_at, id);
  CREATE INDEX events_owned ON events (owner) WHERE owner IS NOT NULL;
  CREATE TABLE dead_letters (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    tracked_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    missing_since INTEGER,
    due_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    outcome TEXT NOT NULL
  ) STRICT;
  CREATE TABLE totals (events INTEGER NOT NULL, bytes INTEGER NOT NULL, dead_letters INTEGER NOT NULL) STRICT;
  INSERT INTO totals VALUES (0, 0, 0);
`;

/** What takes a file from each version of the schema to the next; only ever added to. */
export const MIGRATIONS: readonly string[] = [VERSION_1];

/** The version of the schema, as the file's `user_version`; 0 for a file without one. */
export function schemaVersion(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA user_version").get()?.user_version);
}

/** @throws {OutboxError} code `newer_schema` */
export function refuseNewer(version: number, path: string, known: number = MIGRATIONS.length): void {
  if (version <= known) return;
  throw new OutboxError(
    "newer_schema",
    `Cannot open outbox: ${path} has schema version ${version}, this release knows up to ${known}; upgrade @intercom-events/node`,
  );
}

/**
 * Brings a file to the newest version of the schema, in one transaction.
 *
 * @throws whatever SQLite throws, the file left as it was
 */
export function migrate(db: DatabaseSync, path: string, migrations: readonly string[] = MIGRATIONS): void {
  if (schemaVersion(db) === migrations.length) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    // Looked at again: another process may have been here first.
    const version = schemaVersion(db);
    refuseNewer(version, path, migrations.length);
    for (const migration of migrations.slice(version)) db.exec(migration);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}; COMMIT`);
  } catch (error) {
    rollback(db);
    throw error;
  }
}

/** Takes back a transaction, unless SQLite has done so itself. */
export function rollback(db: DatabaseSync): void {
  try {
    db.exec("ROLLBACK");
  } catch {
    // Some errors end the transaction: https://www.sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction
  }
}
