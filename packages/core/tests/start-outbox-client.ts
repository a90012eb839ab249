import type { CoreClientOptions, Outcome } from "../src/index.ts";
import type { MemoryStore } from "../src/memory-outbox.ts";
import type { Outbox, OutboxRecord } from "../src/outbox.ts";
import { type FaultyOutbox, faultyOutbox } from "./faulty-outbox.ts";
import { passTime } from "./pass-time.ts";
import type { SentRequest } from "./scripted-transport.ts";
import { EVENT, type Started, startClient, turn } from "./start-client.ts";

/** Headers of an allowance that nothing here uses up. */
export const PLENTY = {
  "x-ratelimit-limit": "9999999",
  "x-ratelimit-remaining": "9999999",
  "x-ratelimit-reset": "1700000010",
};

/** How an event ends that an outbox has refused. */
export const NOT_STORED: Outcome = { status: "dropped", reason: "not_stored" };

/** Answers a request as Intercom does that takes an event. */
export const accept = (request: SentRequest): void => request.reply(202, "", PLENTY);

/** A client with an outbox over a store. */
export function startOutboxClient(
  store: MemoryStore,
  onRequest?: (request: SentRequest) => void,
  options: Partial<CoreClientOptions> = {},
  maxEvents?: number,
): Started & { readonly faulty: FaultyOutbox } {
  const faulty = faultyOutbox(store, maxEvents);
  return { ...startClient({ outbox: faulty.outbox, random: Math.random, ...options }, onRequest), faulty };
}

/** An outbox that answers some time after it has handed events out. */
export function slowToLease(
  outbox: Outbox,
  wait: (records: readonly OutboxRecord[]) => Promise<void>,
): Outbox {
  return {
    ...outbox,
    async lease(request) {
      const records = await outbox.lease(request);
      await wait(records);
      return records;
    },
  };
}

/** Leaves an event in a store, as a client does that is closed at once, and answers when that was. */
export async function leaveEvent(store: MemoryStore): Promise<number> {
  const { client, clock } = startOutboxClient(store);
  await turn();
  client.track(EVENT);
  await passTime(clock, 1);
  await client.close({ timeout: 0 });
  return clock.now();
}

/** All bodies a store holds. */
export function bodiesIn(store: MemoryStore): string[] {
  return [...store.events.values()].map(({ record }) => record.body);
}
