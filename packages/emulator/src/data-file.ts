import type { Change } from "./change.ts";
import { loadRecords, type OpenDatabase, openDatabase, unusable } from "./data-database.ts";
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

/**
 * Opens a data file, or creates it. Changes are in the file, and safe from the process being
 * killed, when `commit` returns; a power cut may take the last ones. A file that was closed is opened
 * again by the next change.
 * @throws Error when Node.js has no SQLite, or the file is another's, in use or cannot be written
 */
export function openDataFile(file: string): DataFile {
  let opened: OpenDatabase | undefined = openDatabase(file);
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
