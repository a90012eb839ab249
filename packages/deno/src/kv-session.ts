import type { OutboxPolicy } from "@intercom-events/core";
import type { Kv } from "./deno-kv.ts";
import type { KvEvent } from "./kv-layout.ts";
import { commit, type KvPlan } from "./kv-store.ts";

/** How an outbox uses its store. */
export interface KvUse {
  /** Names this outbox in the leases it takes. */
  readonly owner: string;
  readonly policy: OutboxPolicy;
  /** Milliseconds to try again for while others change the store. */
  readonly timeout: number;
}

/** What the verbs of an outbox share. */
export interface KvSession extends KvUse {
  readonly kv: Kv;
  /** Commits what a plan decides on. */
  change<T>(plan: KvPlan<T>): Promise<T>;
  /** An event with this outbox's lease on it, or with none. */
  leaseTo(event: KvEvent, leaseUntil: number | undefined): KvEvent;
}

/** A session of an outbox with its open store. */
export function createKvSession(kv: Kv, use: KvUse): KvSession {
  const { owner, timeout } = use;
  return {
    ...use,
    kv,
    change: (plan) => commit(kv, timeout, plan),
    leaseTo: (event, leaseUntil) => ({
      ...event,
      owner: leaseUntil === undefined ? undefined : owner,
      leaseUntil: leaseUntil ?? 0,
    }),
  };
}
