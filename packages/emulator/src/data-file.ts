import { accessSync, constants, existsSync } from "node:fs";
import process from "node:process";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Change } from "./change.ts";
import type { SnapshotRecord } from "./snapshot.ts";

/** What is stored, kept in a file. */
export interface DataFile {
  /**
   * Hands over what the file holds, in an order in which it can be put back.
   * @throws Error when it is damaged
   */
  load(put: (record: SnapshotRecord) => void): void;
  /** Writes a change, to be committed; those that are about nothing stored are passed over. */
  save(change: Change): void;
  /** Makes what was saved since the last time be in the file, all of it at once. */
  commit(): void;
  close(): void;
}

const kept: ReadonlySet<Change["type"]> = new Set<Change["type"]>([
  "contact",
  "event_name",
  "event",
  "event_count",
  "contacts_cleared",
  "reset",
]);

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

/**
 * Opens a data file, or creates it. Changes are in the file, and safe from the process being
 * killed, when `commit` returns; a power cut may take the last ones. A file that was closed is opened
 * again by the next change.
 * @throws Error when Node.js has no SQLite, or the file is another's, in use or cannot be written
 */
export function openDataFile(file: string): DataFile {
  let opened: Opened | undefined = openDatabase(file);
  let uncommitted = false;

  function save(change: Change): void {
    if (!kept.has(change.type)) return;
    opened ??= openDatabase(file);
    const { database, statements } = opened;
    if (!uncommitted) {
      database.exec("BEGIN");
      uncommitted = true;
    }
    switch (change.type) {
      case "contact": {
        const { workspace, id, user_id = null, email = null, role } = change.contact;
        statements.contact.run(workspace, id, user_id, email, role);
        break;
      }
      case "event_name": {
        const { workspace, name, archived } = change.eventName;
        statements.name.run(workspace, name, Number(archived));
        break;
      }
      case "event": {
        const { workspace, id, intercom_user_id, event_name, created_at, ...rest } = change.event;
        const { user_id = null, email = null } = rest;
        const metadata = rest.metadata === undefined ? null : JSON.stringify(rest.metadata);
        statements.event.run(
          workspace,
          id,
          intercom_user_id,
          event_name,
          created_at,
          user_id,
          email,
          metadata,
        );
        break;
      }
      case "event_count": {
        const { workspace, contact, name, first, last, count } = change.eventCount;
        statements.count.run(workspace, contact, name, first, last, count);
        break;
      }
      case "contacts_cleared":
        database.exec("DELETE FROM contacts");
        break;
      case "reset":
        database.exec(
          "DELETE FROM contacts; DELETE FROM event_names; DELETE FROM events; DELETE FROM event_counts",
        );
        break;
      default: // not kept
    }
  }

  function commit(): void {
    if (!uncommitted) return;
    uncommitted = false;
    opened?.database.exec("COMMIT");
  }

  function close(): void {
    opened?.database.close();
    opened = undefined;
    uncommitted = false;
  }

  return {
    load(put) {
      opened ??= openDatabase(file);
      try {
        for (const record of loadRecords(opened.database)) put(record);
      } catch (error) {
        close(); // else it stays locked
        throw unusable(file, `it is damaged: ${(error as Error).message}`, error);
      }
    },
    save,
    commit,
    close,
  };
}

interface Opened {
  readonly database: DatabaseSync;
  readonly statements: Statements;
}

function openDatabase(file: string): Opened {
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

function unusable(file: string, why: string, cause: unknown): Error {
  return new Error(`Cannot open data file ${JSON.stringify(file)}: ${why}`, { cause });
}

function checkFormat(database: DatabaseSync): void {
  const version = database.prepare("PRAGMA user_version").get()?.user_version;
  const tables = database.prepare("SELECT count(*) AS count FROM sqlite_schema").get()?.count;
  if (version === format || (version === 0 && tables === 0)) return;
  throw new Error("it is a database of something else, or of another version of the emulator");
}

function* loadRecords(database: DatabaseSync): Generator<SnapshotRecord> {
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
