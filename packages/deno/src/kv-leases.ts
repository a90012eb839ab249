import type { LeaseRequest, Outbox, OutboxRecord } from "@intercom-events/core";
import { CHUNK, slices } from "./kv-chunks.ts";
import { type KvEvent, keys, putEvent } from "./kv-layout.ts";
import { idsOf, toRecord } from "./kv-record.ts";
import type { KvSession } from "./kv-session.ts";
import { listEntries, readEvents } from "./kv-store.ts";

/** The verbs of an outbox that are about leases. */
export interface KvLeases extends Pick<Outbox, "lease" | "renew" | "update"> {
  /** Ends all leases of an owner: of this outbox, or of one that is dead. */
  free(owner: string): Promise<void>;
}

/** The verbs of a session that are about leases. */
export function kvLeases({ kv, owner, change, leaseTo }: KvSession): KvLeases {
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

  return {
    async lease(request) {
      await wake(request.now);
      const leased: OutboxRecord[] = [];
      while (leased.length < request.limit) {
        const limit = Math.min(CHUNK, request.limit - leased.length);
        try {
          const taken = await take(limit, request);
          leased.push(...taken);
          if (taken.length < limit) break;
        } catch (error) {
          if (leased.length === 0) throw error;
          break; // Nobody else could have what is leased by now until the lease runs out.
        }
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
    async free(leaser) {
      for (let freed = CHUNK; freed === CHUNK; ) {
        freed = await change(async (_totals, edit) => {
          const leased = await listEntries(kv, keys.leased(leaser), CHUNK);
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
  };
}
