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

/** Ids read at once, with all that is kept of their events. */
const IDS_PAGE = 500;

/** Some dead letters. */
export interface LettersPage {
  readonly letters: DeadLetter[];
  /** After which there may be more. */
  readonly next: number | undefined;
  /** From which on they have come since the first page was read. */
  readonly end: number;
}

/** What an outbox does with its store. */
export interface KvVerbs extends KvAppend, KvLeases, Pick<Outbox, "settle" | "counts"> {
  /** Ids of events after one, in the order of text, and which comes after those. */
  idsAfter(id: string | undefined): Promise<{ ids: string[]; next: string | undefined }>;
  /** The first dead letters, or those after a page of them. */
  lettersAfter(page: LettersPage | undefined): Promise<LettersPage>;
}

/** Everything an outbox does with its store. */
export function kvVerbs(kv: Kv, use: KvUse): KvVerbs {
  const session = createKvSession(kv, use);
  return {
    ...kvAppend(session),
    ...kvLeases(session),
    settle: kvSettle(session),
    counts: () => session.change(({ events, bytes, deadLetters }) => ({ events, bytes, deadLetters })),
    idsAfter: (id) =>
      session.change(async () => {
        // The indexes are shorter, but an event moves from one to the other.
        const ids = (await listEntries(kv, keys.events, IDS_PAGE, id)).map(({ key }) => String(key[2]));
        return { ids, next: ids.length < IDS_PAGE ? undefined : ids.at(-1) };
      }),
    lettersAfter: (page) =>
      session.change(async (totals) => {
        const end = page?.end ?? totals.next;
        const entries = await listEntries(kv, keys.letters, CHUNK, page?.next);
        const letters = entries.map(({ value }) => value as KvLetter).filter((letter) => letter.serial < end);
        return {
          letters: await Promise.all(letters.map((letter) => toLetter(kv, letter))),
          next: letters.length < CHUNK ? undefined : letters.at(-1)?.serial,
          end,
        };
      }),
  };
}
