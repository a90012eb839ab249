import { OutboxError, type OutboxErrorCode } from "@intercom-events/core";

/** SQLITE_BUSY: another process is writing. */
const BUSY = 5;

/** Result codes of SQLite that mean more than "it failed". https://www.sqlite.org/rescode.html */
const CODES: Readonly<Record<number, readonly [OutboxErrorCode, string]>> = {
  [BUSY]: ["failed", "another process has kept the file locked for longer than busyTimeout"],
  8: ["read_only", "the file cannot be written"],
  11: ["corrupted", "the file is damaged"],
  13: ["full", "the disk, or maxBytes, is used up"],
  // The system's reason is not handed on.
  14: [
    "failed",
    "the file cannot be opened; its folder must be there and writable, and the process have file descriptors left",
  ],
  26: ["corrupted", "the file is not a SQLite database"],
};

/** Whether another process holds the lock that was needed. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === BUSY;
}

/** What went wrong in SQLite, in the words of an outbox. @param path the file's */
export function toOutboxError(error: unknown, doing: string, path: string): OutboxError {
  if (error instanceof OutboxError) return error;
  const [code, why] = CODES[primaryCode(error) ?? 0] ?? [
    "failed",
    error instanceof Error ? error.message : String(error),
  ];
  return new OutboxError(code, `Cannot ${doing} in ${path}: ${why}`, { cause: error });
}

/** The low byte of an extended code says what kind it is. */
function primaryCode(error: unknown): number | undefined {
  // No error to `instanceof` where another realm than Node's own runs this, as in Jest.
  const { errcode: code } = Object(error) as { readonly errcode?: unknown };
  return typeof code === "number" ? code & 0xff : undefined;
}
