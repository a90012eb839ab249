import { accessSync, constants, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { OutboxError } from "@intercom-events/core";
import { APPLICATION_ID, refuseNewer, schemaVersion } from "./sqlite-schema.ts";

type Open = new (path: string, options: { readOnly: true }) => DatabaseSync;

/**
 * Looks into a file before it is opened for writing, as that alone may change one: it would roll back
 * another application's journal, or move the log of a newer release into the file.
 *
 * SQLite itself has to look: closing the file here would end the locks that SQLite holds on it for another
 * outbox of this process. https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 *
 * @throws {OutboxError} for a file that is not an outbox this release can use
 */
export function inspectSqliteFile(Database: Open, path: string): void {
  const size = sizeOf(path);
  if (size === undefined) return;
  refuseUnwritable(path);
  if (size === 0) return;
  // Without a log there is only the file itself to look at, for which SQLite then need not write anything.
  const location = sizeOf(`${path}-wal`) ? path : `${pathToFileURL(path).href}?immutable=1`;
  const db = new Database(location, { readOnly: true });
  try {
    look(db, path);
  } finally {
    db.close();
  }
}

function look(db: DatabaseSync, path: string): void {
  db.exec("BEGIN"); // All that is read is of one moment: another process may be making an outbox of the file.
  const application = db.prepare("PRAGMA application_id").get()?.application_id;
  const version = schemaVersion(db);
  if (application === APPLICATION_ID) {
    refuseNewer(version, path);
    return;
  }
  // A process that died while it made the file left an empty database.
  const tables = db.prepare("SELECT count(*) AS count FROM sqlite_schema").get()?.count;
  if (application === 0 && version === 0 && tables === 0) return;
  throw new OutboxError("failed", `Cannot open outbox: ${path} is a database of another application`);
}

function sizeOf(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory())
    throw new OutboxError("failed", `Cannot open outbox: ${path} is a folder, not a file`);
  return found?.size;
}

function refuseUnwritable(path: string): void {
  try {
    accessSync(path, constants.W_OK);
  } catch (error) {
    throw new OutboxError("read_only", `Cannot open outbox: ${path} cannot be written`, { cause: error });
  }
}
