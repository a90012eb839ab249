import type { DeadLetter, Outbox } from "@intercom-events/core";
import type { Kv } from "./deno-kv.ts";
import { type KvAppend, kvAppend } from "./kv-append.ts";
import { CHUNK } from "./kv-chunks.ts";
import { type KvLetter, keys } from "./kv-layout.ts";
import { type KvLeases, kvLeases } from "./kv-leases.ts";
import { toLetter } from "./kv-record.ts";
import { createKvSession, type KvUse } from "./kv-session.ts";
import { kvSettle } from "./kv-settle.ts";
import { listEntries } from "./kv-store.ts";

/** What an outbox does with its store. */
export interface KvVerbs extends KvAppend, KvLeases, Pick<Outbox, "settle" | "counts"> {
  /** Dead letters after one, and which comes after those. */
  lettersAfter(serial: number): Promise<{ letters: DeadLetter[]; next: number | undefined }>;
}

/** Everything an outbox does with its store. */
export function kvVerbs(kv: Kv, use: KvUse): KvVerbs {
  const session = createKvSession(kv, use);
  return {
    ...kvAppend(session),
    ...kvLeases(session),
    settle: kvSettle(session),
    counts: () => session.change(({ events, bytes, deadLetters }) => ({ events, bytes, deadLetters })),
    lettersAfter: (serial) =>
      session.change(async () => {
        const entries = await listEntries(kv, keys.letters, CHUNK, serial);
        return {
          letters: await Promise.all(entries.map(({ value }) => toLetter(kv, value as KvLetter))),
          next: entries.length < CHUNK ? undefined : Number(entries.at(-1)?.key[2]),
        };
      }),
  };
}
