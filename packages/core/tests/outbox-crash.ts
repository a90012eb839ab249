import type { Outbox, OutboxRecord } from "../src/outbox.ts";
import { assertEqual } from "./assert-equal.ts";
import { record } from "./outbox-contract.ts";

/** When all leases of the process that dies run out, in milliseconds since the epoch. */
const LEASE_END = 2_000_000_000_000;
/** Record numbers of one process, apart from those of the next. */
const SPAN = 1_000_000;

/** What each number's record is, so that a torn one shows. */
function crashRecord(number: number): OutboxRecord {
  const text = `${number}é`.repeat((number * 37) % 120);
  return record(number, { body: JSON.stringify({ number, text }) });
}

function crashRecords(first: number, last: number): OutboxRecord[] {
  return Array.from({ length: last - first + 1 }, (_, index) => crashRecord(first + index));
}

/**
 * Appends and ends records as fast as it can, until it is killed.
 *
 * @param process its number among those that use the store
 * @param say tells the parent, at once: `appended`, `ending` and `ended`, first and last number
 */
export async function useUntilKilled(
  outbox: Outbox,
  process: number,
  say: (line: string) => void,
): Promise<never> {
  for (let first = process * SPAN, batch = 0; ; batch += 1) {
    const last = first + ((batch * 7) % 20);
    const isLeased = batch % 2 === 0;
    await outbox.append(crashRecords(first, last), isLeased ? LEASE_END : undefined);
    say(`appended ${first} ${last} ${isLeased}`);
    if (batch % 3 === 0) {
      say(`ending ${first} ${last}`);
      const endings = crashRecords(first, last).map(({ id }) => ({
        id,
        outcome: { status: "duplicate" } as const,
      }));
      await outbox.settle(endings, LEASE_END);
      say(`ended ${first} ${last}`);
    }
    first = last + 1;
  }
}

/** What a store must and may hold, over all processes that used it. */
export interface CrashLedger {
  readonly kept: Set<number>;
  readonly leased: Set<number>;
  /** Those whose end was asked for, and not told. */
  readonly doubtful: Set<number>;
  readonly ended: Set<number>;
}

/** A ledger with nothing in it. */
export function createLedger(): CrashLedger {
  return { kept: new Set(), leased: new Set(), doubtful: new Set(), ended: new Set() };
}

/** Enters what a process has said; its last line may have been cut off. */
export function enter(ledger: CrashLedger, output: string): number {
  const lines = output.split("\n").slice(0, -1);
  for (const line of lines) {
    const [what, first, last, isLeased] = line.split(" ");
    for (let number = Number(first); number <= Number(last); number += 1) {
      if (what === "appended") {
        ledger.kept.add(number);
        if (isLeased === "true") ledger.leased.add(number);
      } else {
        ledger.kept.delete(number);
        ledger.leased.delete(number);
        if (what === "ending") ledger.doubtful.add(number);
        else ledger.ended.add(number);
      }
    }
  }
  return lines.length;
}

/**
 * Throws unless the store holds what was said to be kept, once and whole, and leases it at its time.
 *
 * @param seesDeath whether that is at once, as the store sees that whoever leased it is dead
 */
export async function assertKept(outbox: Outbox, ledger: CrashLedger, seesDeath = false): Promise<number> {
  const { events } = await outbox.counts();
  const limit = SPAN;
  const free = await outbox.lease({ limit, now: LEASE_END - 1, until: LEASE_END + 1 });
  const rest = await outbox.lease({ limit, now: LEASE_END, until: LEASE_END + 1 });
  const found = new Map<number, OutboxRecord>();
  for (const leased of [...free, ...rest]) found.set(Number(leased.id.slice(2)), leased);
  assertEqual(
    [found.size, events],
    [free.length + rest.length, found.size],
    "Some are there twice, or not counted",
  );
  const lost = [...ledger.kept].filter((number) => !found.has(number));
  assertEqual(lost, [], "Some were lost");
  const back = [...ledger.ended].filter((number) => found.has(number));
  assertEqual(back, [], "Some came back");
  for (const [number, leased] of found) assertEqual(leased, crashRecord(number), "A record is torn");
  if (seesDeath) assertEqual(rest, [], "Some are leased to the dead");
  const early = seesDeath ? [] : free.filter(({ id }) => ledger.leased.has(Number(id.slice(2))));
  assertEqual(early, [], "Some were leased before their time");
  // From now on the store is this outbox's, whose leases end with it.
  ledger.leased.clear();
  return found.size;
}
