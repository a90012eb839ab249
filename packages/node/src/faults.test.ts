import dns from "node:dns";
import { mkdtempSync, rmSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmulator } from "@intercom-events/emulator";
import { afterAll, describe, expect, test, vi } from "vitest";
import { lettersOf } from "../../core/tests/outbox-contract.ts";
import { FAULT_ROWS, type FaultRow, type Scene } from "../test/fault-rows.ts";
import { startFaultyServer } from "../test/faulty-server.ts";
import { watchClient } from "../test/watch-client.ts";
import { type Client, createClient, type Outcome, type Receipt, sqliteOutbox } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "faults-"));
const RETRY = { attempts: 50, baseDelay: 5, maxDelay: 50 };

/** Events given to `track`; the last one equals the one before it. */
const EVENTS = 20;

/** Names looked up are answered here, so that nothing leaves the machine. */
const lookedUp = new Set<string>();
const { lookup } = dns;
vi.spyOn(dns, "lookup").mockImplementation(((name: string, options: object, callback: never) => {
  if (isIP(name) === 0) lookedUp.add(name);
  if (!name.endsWith(".invalid")) return lookup(name, options, callback);
  const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: "ENOTFOUND" });
  process.nextTick(callback as (error: Error) => void, error);
}) as never);

afterAll(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** Tracks events of as many contacts; but two are of one contact, and two are equal, with a time of the caller. */
function trackAll(client: Client): Receipt[] {
  const createdAt = Math.floor(Date.now() / 1000) - 60;
  return Array.from({ length: EVENTS }, (_, index) => {
    const number = Math.min(index, EVENTS - 2);
    const userId = `contact-${number === 1 ? 0 : number}`;
    const event = { userId, eventName: "placed-order", metadata: { number } };
    return client.track(number === EVENTS - 2 ? { ...event, createdAt } : event);
  });
}

/** The outcomes that a row must have, in the order of tracking. */
function expectedOutcomes({ ending }: FaultRow): object[] {
  return Array.from({ length: EVENTS }, (_, number) => {
    const usual = { status: number === EVENTS - 1 ? "duplicate" : "accepted" };
    return ending?.(number) ?? usual;
  });
}

function isTaken({ status }: Outcome): boolean {
  return status === "accepted" || status === "duplicate";
}

const numberOf = (body: string): number => JSON.parse(body).metadata.number;
const sorted = (numbers: number[]): number[] => numbers.sort((a, b) => a - b);

/** Plays a row, with the outbox in a file if there is a path. */
async function play(row: FaultRow, path?: string): Promise<void> {
  const emulator = createEmulator(row.emulator);
  const { url } = await emulator.listen();
  const scene: Scene = { emulator, url, cleanups: [emulator.close] };
  emulator.setFaults(row.faults ?? []);
  const front = row.answer && (await startFaultyServer(emulator, row.answer));
  if (front) scene.cleanups.push(front.close);
  const client = createClient({
    token: "token",
    baseUrl: (await row.baseUrl?.(scene)) ?? front?.url ?? url,
    timeout: 5_000,
    retry: RETRY,
    warn: () => undefined,
    ...row.client,
    ...(path !== undefined && { outbox: sqliteOutbox({ path }) }),
  });
  const watched = watchClient(client);
  client.on("retry", () => row.react?.(client, scene));
  client.on("paused", () => row.react?.(client, scene));

  const receipts = trackAll(client);
  watched.look("after track");
  expect(await Promise.all(receipts.map(({ stored }) => stored))).toEqual(receipts.map(() => true));
  expect(await client.flush({ timeout: 50_000 })).toEqual({ pending: 0 });
  const outcomes = await Promise.all(receipts);
  expect(outcomes).toMatchObject(expectedOutcomes(row));
  expect(await client.close()).toEqual({ pending: 0, dropped: 0 });
  watched.end();

  const { told } = watched;
  expect(told.outcome).toHaveLength(EVENTS);
  expect(client.stats()).toMatchObject({ tracked: EVENTS, pending: 0, inFlight: 0, recovered: 0 });
  if (row.retried) {
    expect(told.retry.map(({ verdict }) => verdict)).toContainEqual(expect.objectContaining(row.retried));
  }
  if (row.paused) expect(told.paused).toContainEqual({ verdict: expect.objectContaining(row.paused) });
  if (row.faults) expect(emulator.requests().map(({ reason }) => reason)).toContain("fault");
  row.check?.(scene);

  const taken = outcomes.flatMap((outcome, index) => (outcome.status === "accepted" ? [index] : []));
  expect(sorted(emulator.events().map(({ metadata }) => Number(metadata?.number)))).toEqual(taken);
  const bodies = front?.bodies ?? emulator.requests().map(({ body }) => body);
  const different = new Set(bodies);
  expect(different.size).toBe(new Set([...different].map(numberOf)).size);

  const lost = outcomes.flatMap((outcome, index) => (isTaken(outcome) ? [] : [Math.min(index, EVENTS - 2)]));
  if (path !== undefined) await expectLeft(path, lost);
  for (const cleanup of scene.cleanups) await cleanup();
}

/** Looks into the file again: no event is left, and only those lost are kept as dead letters. */
async function expectLeft(path: string, lost: readonly number[]): Promise<void> {
  const outbox = sqliteOutbox({ path });
  expect(await outbox.counts()).toEqual({ events: 0, bytes: 0, deadLetters: lost.length });
  const letters = await lettersOf(outbox);
  expect(sorted(letters.map(({ record }) => numberOf(record.body)))).toEqual(lost);
  expect(letters.filter(({ outcome }) => isTaken(outcome))).toEqual([]);
  await outbox.close();
}

/** Row by row, as the slowest come first and a few are played at the same time. */
const cases = Object.entries(FAULT_ROWS).flatMap(([name, createRow]) => [
  { name, createRow, store: "memory" },
  { name, createRow, store: "SQLite" },
]);
const hasSqlite = Boolean(process.getBuiltinModule?.("node:sqlite"));

describe.concurrent("each event ends once, whatever goes wrong (SQLite needs Node 22.13)", () => {
  for (const { name, createRow, store } of cases) {
    const path = store === "SQLite" ? join(folder, `${name.replace(/\W/g, "-")}.db`) : undefined;
    test.skipIf(path !== undefined && !hasSqlite)(`${name}, in ${store}`, () => play(createRow(), path));
  }
});

test("no name was looked up but the one without an address", () => {
  expect([...lookedUp]).toEqual(["name.invalid"]);
});
