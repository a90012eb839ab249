import { accessSync, constants, existsSync } from "node:fs";
import process from "node:process";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { SnapshotRecord } from "./snapshot.ts";

/** Kept as `PRAGMA user_version`. */
const format = 1;

const schema = `
  CREATE TABLE IF NOT EXISTS contacts (
    workspace TEXT NOT NULL, id TEXT NOT NULL, user_id TEXT, email TEXT, role TEXT NOT NULL,
    PRIMARY KEY (workspace, id)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS event_names (
    workspace TEXT NOT NULL, name TEXT NOT NULL, archived INTEGER NOT NULL,
    PRIMARY KEY (workspace, name)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY, workspace TEXT NOT NULL, id TEXT NOT NULL, contact TEXT NOT NULL,
    event_name TEXT NOT NULL, created_at INTEGER NOT NULL, user_id TEXT, email TEXT, metadata TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS event_counts (
    workspace TEXT NOT NULL, contact TEXT NOT NULL, name TEXT NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (workspace, contact, name)
  ) STRICT;
`;

type Statements = Readonly<Record<"contact" | "name" | "event" | "count", StatementSync>>;

function prepareStatements(database: DatabaseSync): Statements {
  const insert = (into: string, columns: string): StatementSync => {
    const values = columns.replaceAll(/\w+/g, "?");
    // Not REPLACE, which would put the row at the end.
    const update = columns.replaceAll(/\w+/g, "$& = excluded.$&");
    return database.prepare(
      `INSERT INTO ${into} (${columns}) VALUES (${values}) ON CONFLICT DO UPDATE SET ${update}`,
    );
  };
  return {
    contact: insert("contacts", "workspace, id, user_id, email, role"),
    name: insert("event_names", "workspace, name, archived"),
    event: insert("events", "workspace, id, contact, event_name, created_at, user_id, email, metadata"),
    count: insert("event_counts", "workspace, contact, name, first, last, count"),
  };
}

/** A database that is open, and what writes into it. */
export interface OpenDatabase {
  readonly database: DatabaseSync;
  readonly statements: Statements;
}

/**
 * Opens the database of a data file, or makes one of a file that is empty or missing.
 * @throws Error when Node.js has no SQLite, or the file is another's, in use or cannot be written
 */
export function openDatabase(file: string): OpenDatabase {
  const sqlite = process.getBuiltinModule?.("node:sqlite");
  if (!sqlite) {
    throw new Error(
      `Cannot open data file: it needs node:sqlite, which Node.js has from 22.13; this is ${process.version}`,
    );
  }
  let database: DatabaseSync | undefined;
  try {
    if (existsSync(file)) accessSync(file, constants.W_OK); // SQLite calls it a "disk I/O error"
    database = new sqlite.DatabaseSync(file);
    // Exclusive: two emulators with one file would each believe they know what is in it.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    checkFormat(database);
    database.exec(`BEGIN EXCLUSIVE; ${schema} PRAGMA user_version = ${format}; COMMIT`);
    return { database, statements: prepareStatements(database) };
  } catch (error) {
    database?.close();
    throw unusable(file, (error as Error).message, error);
  }
}

/** The error for a file that cannot be used. */
export function unusable(file: string, why: string, cause: unknown): Error {
  return new Error(`Cannot open data file ${JSON.stringify(file)}: ${why}`, { cause });
}

function checkFormat(database: DatabaseSync): void {
  const version = database.prepare("PRAGMA user_version").get()?.user_version;
  const tables = database.prepare("SELECT count(*) AS count FROM sqlite_schema").get()?.count;
  if (version === format || (version === 0 && tables === 0)) return;
  throw new Error("it is a database of something else, or of another version of the emulator");
}

/** Everything a database holds, in an order in which it can be put back. */
export function* loadRecords(database: DatabaseSync): Generator<SnapshotRecord> {
  const rows = (sql: string): Iterable<Record<string, unknown>> => database.prepare(sql).iterate();
  for (const row of rows("SELECT workspace, id, user_id, email, role FROM contacts ORDER BY rowid")) {
    yield { type: "contact", ...withoutNulls(row) } as SnapshotRecord;
  }
  for (const row of rows("SELECT workspace, name, archived FROM event_names ORDER BY rowid")) {
    yield { type: "event_name", ...row, archived: row.archived === 1 } as SnapshotRecord;
  }
  for (const row of rows("SELECT * FROM events ORDER BY number")) yield eventOf(row);
  for (const row of rows("SELECT * FROM event_counts ORDER BY rowid")) {
    yield { type: "event_count", ...row } as SnapshotRecord;
  }
}

/** Fields in the order of the wire. */
function eventOf(row: Record<string, unknown>): SnapshotRecord {
  const { id, event_name, created_at, user_id, email, contact: intercom_user_id, metadata, workspace } = row;
  const event = { type: "event", id, event_name, created_at, user_id, email, intercom_user_id };
  const stored = typeof metadata === "string" ? { metadata: JSON.parse(metadata) as unknown } : {};
  return { ...withoutNulls(event), ...stored, workspace } as SnapshotRecord;
}

function withoutNulls(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
