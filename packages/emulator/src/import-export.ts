import type { EmulatorState } from "./emulator-state.ts";
import { misuse } from "./misuse.ts";
import { NdjsonError, readNdjson, writeNdjson } from "./ndjson.ts";
import { exportRecords, parseRecord, restoreRecord } from "./snapshot.ts";

/** What an import added. */
export interface ImportResult {
  /** Contacts, event names, events and counts put. */
  readonly imported: number;
  /** Events passed over because an equal one was there. */
  readonly skipped: number;
}

/** Text, whole or in pieces of any size. */
export type Pieces = string | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/** Everything stored as newline-delimited JSON, in pieces of whole lines. */
export function exportState(state: EmulatorState): Generator<string> {
  return writeNdjson(exportRecords(state));
}

/**
 * Adds what an export holds to what is stored. If a line is wrong, those before it stay imported.
 * @throws TypeError naming the line that is wrong
 */
export async function importState(state: EmulatorState, pieces: Pieces): Promise<ImportResult> {
  if (!arePieces(pieces))
    throw misuse("import", "pieces", "text, or a list or a stream of pieces of it", pieces);
  let imported = 0;
  let skipped = 0;
  try {
    for await (const { value, number } of readNdjson(typeof pieces === "string" ? [pieces] : pieces)) {
      if (state.storage.isFull()) throw new NdjsonError(`line ${number} is more than maxBytes allows`);
      if (restoreRecord(state, parseRecord(value, `line ${number}`))) imported += 1;
      else skipped += 1;
    }
  } catch (error) {
    if (error instanceof NdjsonError) throw new TypeError(`Cannot import: ${error.message}`);
    throw error;
  }
  return { imported, skipped };
}

/** The bytes of a file are a list as well, of numbers. */
function arePieces(value: unknown): value is Pieces {
  if (typeof value === "string") return true;
  const parts = Object(value) as object;
  return !ArrayBuffer.isView(value) && (Symbol.iterator in parts || Symbol.asyncIterator in parts);
}
