import {
  type DeadLetter,
  type Ending,
  type LeaseRequest,
  type Outbox,
  type OutboxCounts,
  OutboxError,
  type OutboxPolicy,
  type OutboxRecord,
  type Outcome,
  safeOutcome,
} from "@intercom-events/core";
import type { Kv } from "./deno-kv.ts";
import {
  type KvEdit,
  type KvEvent,
  type KvLetter,
  type KvTotals,
  keys,
  putEvent,
  removeBody,
  removeEvent,
} from "./kv-layout.ts";
import { commit, type KvPlan, listEntries, readEvents } from "./kv-store.ts";
import { packText, partKeys, readText } from "./kv-text.ts";

/** Records a commit changes at most: each takes some keys, and a commit no more than 80 KiB of them. */
const CHUNK = 50;
/** Events a commit ends: each may take a dead letter's place, with all the parts of both. */
const ENDINGS = 30;
/** Bytes a commit adds in long texts. */
const CHUNK_BYTES = 300_000;

/** What an outbox does with its store. */
export interface KvVerbs extends Pick<Outbox, "append" | "lease" | "renew" | "update" | "settle" | "counts"> {
  giveBack(): Promise<void>;
  /** Dead letters after one, and which comes after those. */
  lettersAfter(serial: number): Promise<{ letters: DeadLetter[]; next: number | undefined }>;
}

/** An ending, with the outcome as JSON where there is to be a dead letter. */
interface KvEnding {
  readonly id: string;
  readonly outcome: string | undefined;
}

/** How an outbox uses its store. */
export interface KvUse {
  /** Names this outbox in the leases it takes. */
  readonly owner: string;
  readonly policy: OutboxPolicy;
  readonly timeout: number;
}

/** Everything an outbox does with its store. */
export function kvVerbs(kv: Kv, { owner, policy, timeout }: KvUse): KvVerbs {
  const change = <T>(plan: KvPlan<T>): Promise<T> => commit(kv, timeout, plan);

  function leaseTo(event: KvEvent, leaseUntil: number | undefined): KvEvent {
    return { ...event, owner: leaseUntil === undefined ? undefined : owner, leaseUntil: leaseUntil ?? 0 };
  }

  async function appendChunk(
    records: readonly OutboxRecord[],
    all: number,
    leaseUntil: number | undefined,
  ): Promise<void> {
    await change(async (totals, edit) => {
      refuseBeyond(policy, totals.events, all);
      if (
        new Set(records.map(({ id }) => id)).size < records.length ||
        (await readEvents(kv, idsOf(records))).length > 0
      )
        throw new OutboxError("failed", "Cannot keep events: one of their ids is kept already");
      for (const record of records) {
        const { text, parts } = packText(record.body);
        const serial = totals.next++;
        const size = record.body.length;
        putEvent(edit, leaseTo({ ...record, body: text, serial, size, leaseUntil: 0 }, leaseUntil));
        for (const [index, part] of parts.entries()) edit.set.push([[...keys.body(serial), index], part]);
        totals.events += 1;
        totals.bytes += size;
      }
    });
  }

  /** Forgets records that a failed call has appended. */
  function takeBack(records: readonly OutboxRecord[]): Promise<void> {
    return change(async (totals, edit) => {
      for (const event of await readEvents(kv, idsOf(records))) {
        if (event.owner === undefined || event.owner === owner) forget(totals, edit, event);
      }
    });
  }

  /** Makes events leasable whose time has come. */
  async function wake(now: number): Promise<void> {
    for (let woken = CHUNK; woken === CHUNK; ) {
      woken = await change(async (_totals, edit) => {
        const due = (await listEntries(kv, keys.waiting, CHUNK)).filter(({ key }) => Number(key[2]) <= now);
        for (const { key } of due) {
          edit.remove.push(key);
          edit.set.push([keys.readyOne(String(key[3])), 1]);
        }
        return due.length;
      });
    }
  }

  /** Leases the first so many. */
  function take(limit: number, { now, until }: LeaseRequest): Promise<OutboxRecord[]> {
    return change(async (_totals, edit) => {
      const events: KvEvent[] = [];
      for (let after: string | undefined, page = limit; page === limit && events.length < limit; ) {
        const ids = (await listEntries(kv, keys.ready, limit, after)).map(({ key }) => String(key[2]));
        // The clocks of two processes may differ, so what one has woken may not be ready for the other.
        events.push(
          ...(await readEvents(kv, ids)).filter((event) => event.dueAt <= now && event.leaseUntil <= now),
        );
        after = ids.at(-1);
        page = ids.length;
      }
      const first = events.slice(0, limit);
      for (const event of first) putEvent(edit, leaseTo(event, until), event);
      return Promise.all(first.map((event) => toRecord(kv, event)));
    });
  }

  /** Ends some events; says whether there are more dead letters to forget. */
  function settleChunk(endings: readonly KvEnding[], now: number): Promise<boolean> {
    return change(async (totals, edit) => {
      // The first counts of those that name the same event.
      const outcomes = new Map(endings.map(({ id, outcome }) => [id, outcome] as const).reverse());
      const buried: [KvEvent, string][] = [];
      for (const event of await readEvents(
        kv,
        endings.map(({ id }) => id),
      )) {
        const outcome = outcomes.get(event.id);
        if (outcome === undefined) {
          forget(totals, edit, event);
        } else {
          removeEvent(edit, event);
          uncount(totals, event);
          buried.push([event, outcome]);
        }
      }
      const oldest = (await listEntries(kv, keys.letters, ENDINGS)).map(({ value }) => value as KvLetter);
      const excess = totals.deadLetters + buried.length - policy.maxDeadLetters;
      const young = oldest.findIndex(({ endedAt }) => endedAt > now - policy.deadLetterAge);
      const old = young === -1 ? oldest.length : young;
      const pruned = oldest.slice(0, Math.max(old, excess));
      for (const letter of pruned) removeLetter(edit, letter);
      // Where even the new ones are too many, the first of them are not kept at all.
      const skipped = Math.max(0, Math.min(excess - totals.deadLetters, buried.length));
      for (const [event] of buried.slice(0, skipped)) removeBody(edit, event);
      for (const [event, outcome] of buried.slice(skipped)) {
        bury(edit, { serial: totals.next++, event, endedAt: now }, outcome);
      }
      totals.deadLetters += buried.length - skipped - pruned.length;
      return pruned.length === ENDINGS;
    });
  }

  return {
    async append(records, leaseUntil) {
      const chunks = chunksOf(records, CHUNK, ({ body }) => body.length);
      let left = records.length;
      for (const [index, chunk] of chunks.entries()) {
        try {
          await appendChunk(chunk, left, leaseUntil);
          left -= chunk.length;
        } catch (error) {
          for (const kept of chunks.slice(0, index)) await takeBack(kept);
          throw error;
        }
      }
    },
    async lease(request) {
      await wake(request.now);
      const leased: OutboxRecord[] = [];
      while (leased.length < request.limit) {
        const limit = Math.min(CHUNK, request.limit - leased.length);
        const taken = await take(limit, request);
        leased.push(...taken);
        if (taken.length < limit) break;
      }
      return leased;
    },
    async renew(ids, until) {
      for (const chunk of slices(ids, CHUNK)) {
        await change(async (_totals, edit) => {
          for (const event of await readEvents(kv, chunk)) {
            if (event.owner === owner) putEvent(edit, leaseTo(event, until), event);
          }
        });
      }
    },
    async update(records, leaseUntil) {
      for (const chunk of slices(records, CHUNK)) {
        const byId = new Map(chunk.map((record) => [record.id, record]));
        await change(async (_totals, edit) => {
          for (const event of await readEvents(kv, idsOf(chunk))) {
            const record = byId.get(event.id);
            if (record === undefined || (event.owner !== undefined && event.owner !== owner)) continue;
            const { attempts, failures, missingSince, dueAt } = record;
            putEvent(
              edit,
              leaseTo({ ...event, attempts, failures, missingSince, dueAt } as KvEvent, leaseUntil),
              event,
            );
          }
        });
      }
    },
    async settle(endings, now) {
      let more = false;
      for (const chunk of chunksOf(endings.map(toEnding), ENDINGS, ({ outcome }) => outcome?.length ?? 0)) {
        more = await settleChunk(chunk, now);
      }
      while (more) more = await settleChunk([], now);
    },
    counts(): Promise<OutboxCounts> {
      return change(({ events, bytes, deadLetters }) => ({ events, bytes, deadLetters }));
    },
    async giveBack() {
      for (let given = CHUNK; given === CHUNK; ) {
        given = await change(async (_totals, edit) => {
          const leased = await listEntries(kv, keys.leased(owner), CHUNK);
          for (const event of await readEvents(
            kv,
            leased.map(({ key }) => String(key[3])),
          )) {
            putEvent(edit, leaseTo(event, undefined), event);
          }
          return leased.length;
        });
      }
    },
    lettersAfter(serial) {
      return change(async () => {
        const entries = await listEntries(kv, keys.letters, CHUNK, serial);
        return {
          letters: await Promise.all(entries.map(({ value }) => toLetter(kv, value as KvLetter))),
          next: entries.length < CHUNK ? undefined : Number(entries.at(-1)?.key[2]),
        };
      });
    },
  };
}

function refuseBeyond({ maxEvents }: OutboxPolicy, kept: number, more: number): void {
  if (kept + more <= maxEvents) return;
  throw new OutboxError("full", `Cannot keep events: ${kept} of at most ${maxEvents} are kept already`);
}

function uncount(totals: KvTotals, { size }: KvEvent): void {
  totals.events -= 1;
  totals.bytes -= size;
}

function forget(totals: KvTotals, edit: KvEdit, event: KvEvent): void {
  removeEvent(edit, event);
  removeBody(edit, event);
  uncount(totals, event);
}

/** Keeps a dead letter, the parts of whose body stay where they are. */
function bury(edit: KvEdit, letter: Omit<KvLetter, "outcome">, outcome: string): void {
  const { text, parts } = packText(outcome);
  edit.set.push([keys.letter(letter.serial), { ...letter, outcome: text } satisfies KvLetter]);
  for (const [index, part] of parts.entries()) edit.set.push([[...keys.outcome(letter.serial), index], part]);
}

function removeLetter(edit: KvEdit, { serial, event, outcome }: KvLetter): void {
  edit.remove.push(keys.letter(serial), ...partKeys(keys.outcome(serial), outcome));
  removeBody(edit, event);
}

async function toRecord(kv: Kv, event: KvEvent): Promise<OutboxRecord> {
  const { id, trackedAt, attempts, failures, missingSince, dueAt } = event;
  const body = await readText(kv, keys.body(event.serial), event.body);
  return {
    id,
    body,
    trackedAt,
    attempts,
    failures,
    ...(missingSince !== undefined && { missingSince }),
    dueAt,
  };
}

async function toLetter(kv: Kv, { serial, event, outcome, endedAt }: KvLetter): Promise<DeadLetter> {
  const record = await toRecord(kv, event);
  const text = await readText(kv, keys.outcome(serial), outcome);
  return { record, outcome: JSON.parse(text) as Outcome, endedAt };
}

/** What Intercom has is forgotten; all else is kept to be looked at. */
function toEnding({ id, outcome }: Ending): KvEnding {
  const isKnown = outcome.status === "accepted" || outcome.status === "duplicate";
  return { id, outcome: isKnown ? undefined : JSON.stringify(safeOutcome(outcome)) };
}

function idsOf(records: readonly OutboxRecord[]): string[] {
  return records.map(({ id }) => id);
}

function slices<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

/** A list in chunks that fit into a commit each, of so many entries at most. */
function chunksOf<T>(list: readonly T[], most: number, charactersOf: (entry: T) => number): T[][] {
  const chunks: T[][] = [];
  let room = -1;
  for (const entry of list) {
    // Three bytes a character at most.
    const bytes = charactersOf(entry) * 3;
    if (bytes > room || chunks.at(-1)?.length === most) {
      chunks.push([]);
      room = CHUNK_BYTES;
    }
    chunks.at(-1)?.push(entry);
    room -= bytes;
  }
  return chunks;
}
