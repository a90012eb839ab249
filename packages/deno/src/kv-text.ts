import { OutboxError } from "@intercom-events/core";
import type { Kv, KvKey } from "./deno-kv.ts";

/** Text as a value holds it: itself where it is short, otherwise how many parts it has elsewhere. */
export type KvText = string | { readonly parts: number };

/** A value may have 65,536 bytes, and a commit 819,200 with at most 1,000 changes. https://docs.deno.com/deploy/kv/ */
const PART_BYTES = 60_000;
/** Two bytes a character at most, so that 80 records fit into a commit with room to spare. */
const MAX_INLINE = 2048;
/** Longest text, in bytes: it has to fit into one commit with its record. */
const MAX_TEXT_BYTES = 7 * PART_BYTES;

/** Splits a text into what its value holds, and the parts to be kept beside it. */
export function packText(text: string): { text: KvText; parts: readonly Uint8Array[] } {
  if (text.length <= MAX_INLINE) return { text, parts: [] };
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > MAX_TEXT_BYTES) {
    // As a client tries others of a batch for which there is no room.
    throw new OutboxError("full", `Cannot keep events: one has more than ${MAX_TEXT_BYTES} bytes`);
  }
  const parts = Array.from({ length: Math.ceil(bytes.length / PART_BYTES) }, (_, index) =>
    bytes.slice(index * PART_BYTES, (index + 1) * PART_BYTES),
  );
  return { text: { parts: parts.length }, parts };
}

/** Keys of a text's parts. */
export function partKeys(prefix: KvKey, text: KvText): KvKey[] {
  return typeof text === "string" ? [] : Array.from({ length: text.parts }, (_, index) => [...prefix, index]);
}

/**
 * Puts a text together again.
 *
 * @throws {OutboxError} code `corrupted` where a part is missing
 */
export async function readText(kv: Kv, prefix: KvKey, text: KvText): Promise<string> {
  if (typeof text === "string") return text;
  // As many as `getMany` takes, and more than a text has.
  const parts = (await kv.getMany(partKeys(prefix, text))).map(({ value }) => value);
  const bytes = new Uint8Array(text.parts * PART_BYTES);
  let length = 0;
  for (const part of parts) {
    if (!(part instanceof Uint8Array))
      throw new OutboxError("corrupted", "Cannot read outbox: a part of an event is missing");
    bytes.set(part, length);
    length += part.length;
  }
  // A byte order mark at the start is text as well.
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, length));
}
