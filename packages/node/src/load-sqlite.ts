import { OutboxError } from "@intercom-events/core";

/** Not imported, so that a Node without it can load this package, and Node 22 warns of it only when used. */
export function loadSqlite(): typeof import("node:sqlite") {
  const sqlite = process.getBuiltinModule?.("node:sqlite");
  if (sqlite !== undefined) return sqlite;
  // Bun says a version of Node as well.
  const runtime = process.versions.bun ? `Bun ${process.versions.bun}` : process.version;
  throw new OutboxError(
    "unsupported",
    `Cannot open outbox: sqliteOutbox needs node:sqlite of Node 22.13 or of Bun 1.4, or newer, this is ${runtime}`,
  );
}
