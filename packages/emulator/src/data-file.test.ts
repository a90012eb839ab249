import { Buffer } from "node:buffer";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, expect, test, vi } from "vitest";
import { event } from "../test/emulator-bench.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "emulator-data-"));
afterAll(() => rmSync(folder, { recursive: true }));
const hasSqlite = process.getBuiltinModule?.("node:sqlite") !== undefined;

let files = 0;
const newFile = (): string => join(folder, `${files++}.db`);

async function post(emulator: Emulator, path: string, body: unknown): Promise<number> {
  const headers = { authorization: "Bearer t", "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  return (await emulator.fetch(new Request(new URL(path, "http://emulator.test"), init))).status;
}

async function summary(emulator: Emulator): Promise<unknown> {
  const url = "http://emulator.test/events?type=user&user_id=314159&summary=true";
  return (await emulator.fetch(new Request(url, { headers: { authorization: "Bearer t" } }))).json();
}

test.runIf(!hasSqlite)("without node:sqlite the message says which Node.js has it", () => {
  expect(() => createEmulator({ data: newFile() })).toThrow(
    /^Cannot open data file: it needs node:sqlite, which Node.js has from 22.13; this is v20/,
  );
});

test.runIf(hasSqlite)("what is stored is there again, and goes on", async () => {
  const options: EmulatorOptions = { data: newFile(), eventNames: 3 };
  const first = createEmulator(options);
  first.putContacts([{ id: "63a0979a5eeebeaf28dd56ba", email: "lead@example.com", role: "lead" }]);
  await post(first, "/events", event({ email: "a@example.com", metadata: { "a'b": true, n: 1.5 } }));
  await post(first, "/events", event({ event_name: "Old.Name", created_at: 5 }));
  first.archiveEventName("old-name");
  const event_summaries = { event_name: "seeded", count: 4, first: 1, last: 9 };
  await post(first, "/events/summaries", { user_id: "314159", event_summaries });
  await post(first, "/events", event({ event_name: "seeded", created_at: 12 }));
  const before = [first.events(), first.contacts(), first.eventNames(), await summary(first)];
  await first.close();

  const second = createEmulator(options);
  expect([second.events(), second.contacts(), second.eventNames(), await summary(second)]).toEqual(before);
  expect(await post(second, "/events", event())).toBe(202);
  expect(second.events()).toHaveLength(3);
  second.setContacts([{ user_id: "9" }]);
  await second.close();
  second.putContacts([{ user_id: "10" }]); // opens the file again
  await second.close();

  const third = createEmulator(options);
  expect(third.contacts().map(({ user_id }) => user_id)).toEqual(["9", "10"]);
  expect(third.events()).toEqual(before[0]);
  third.reset();
  await third.close();
  const fourth = createEmulator(options);
  expect([fourth.events(), fourth.contacts(), fourth.eventNames()]).toEqual([[], [], []]);
  await fourth.close();
});

test.runIf(hasSqlite)("what has changed keeps its place", async () => {
  const options: EmulatorOptions = { data: newFile() };
  const first = createEmulator(options);
  for (const event_name of ["a", "b"])
    await post(first, "/events", event({ event_name, user_id: event_name }));
  await post(first, "/events", event({ event_name: "a", user_id: "a", email: "a@example.com" }));
  first.putContacts([{ user_id: "a", email: "a@example.com" }]);
  first.archiveEventName("a");
  const before = [first.contacts(), first.eventNames()];
  await first.close();

  const second = createEmulator(options);
  expect([second.contacts(), second.eventNames()]).toEqual(before);
  await second.close();
});

test.runIf(hasSqlite)("an archived name stays so, although a count of it was set", async () => {
  const options: EmulatorOptions = { data: newFile(), eventNames: 1 };
  const first = createEmulator(options);
  const event_summaries = { event_name: "old", count: 4, first: 1, last: 9 };
  await post(first, "/events/summaries", { user_id: "314159", event_summaries });
  first.archiveEventName("old");
  expect(await post(first, "/events", event())).toBe(202);
  const before = first.eventNames();
  await first.close();

  const second = createEmulator(options);
  expect(second.eventNames()).toEqual(before);
  expect(await summary(second)).toMatchObject({
    events: expect.arrayContaining([expect.objectContaining({ name: "old", count: 4 })]),
  });
  await second.close();
});

test.runIf(hasSqlite)(
  "the largest count that is accepted, and what comes to it, is there again",
  async () => {
    const options: EmulatorOptions = { data: newFile() };
    const first = createEmulator(options);
    const seed = (count: number): Promise<number> =>
      post(first, "/events/summaries", {
        user_id: "314159",
        event_summaries: { event_name: "placed-order", count, first: 1, last: 9 },
      });
    const largest = Number.MAX_SAFE_INTEGER;
    expect(await Promise.all([1e300, largest + 1, largest].map(seed))).toEqual([400, 400, 200]);
    await post(first, "/events", event());
    const before = await summary(first);
    expect(before).toMatchObject({ events: [{ count: largest }] });
    await first.close();

    const second = createEmulator(options);
    expect(await summary(second)).toEqual(before);
    await second.close();
  },
);

/** What a process that starts now would find in the file, had this one been killed. */
async function foundIn(data: string): Promise<unknown[]> {
  const copy = newFile();
  for (const end of ["", "-wal"]) if (existsSync(data + end)) copyFileSync(data + end, copy + end);
  const emulator = createEmulator({ data: copy });
  const userIds = emulator.contacts().map(({ user_id }) => user_id);
  const found = [userIds, emulator.events().length, emulator.eventNames().length, await summary(emulator)];
  await emulator.close();
  return found;
}

test.runIf(hasSqlite).each<[string, (emulator: Emulator) => unknown]>([
  ["setting contacts", (emulator) => emulator.setContacts([{ user_id: "1" }, { user_id: "314159" }])],
  ["adding contacts", (emulator) => emulator.putContacts([{ user_id: "1" }, { user_id: "2" }])],
  ["an event of a new contact", (emulator) => post(emulator, "/events", event({ user_id: "1" }))],
  ["an event that is counted", (emulator) => post(emulator, "/events", event({ created_at: 5 }))],
  ["a reset", (emulator) => emulator.reset()],
])("%s is in the file as a whole or not at all", async (_, act) => {
  const data = newFile();
  const emulator = createEmulator({ data });
  const event_summaries = { event_name: "placed-order", count: 4, first: 1, last: 9 };
  await post(emulator, "/events/summaries", { user_id: "314159", event_summaries });
  await post(emulator, "/events", event());
  const before = await foundIn(data);
  const meanwhile: Promise<unknown>[] = [];
  emulator.onChange(() => meanwhile.push(foundIn(data)));
  await act(emulator);
  const after = await foundIn(data);
  expect(after).not.toEqual(before);
  const states = [before, after].map((state) => JSON.stringify(state));
  expect(meanwhile.length).toBeGreaterThan(1);
  for (const found of await Promise.all(meanwhile)) expect(states).toContain(JSON.stringify(found));
  await emulator.close();
});

test.runIf(hasSqlite)("a damaged file is refused by name, and let go of", async () => {
  const data = newFile();
  const emulator = createEmulator({ data });
  for (let at = 0; at < 500; at += 1) {
    await post(emulator, "/events", event({ created_at: at, metadata: { text: "x".repeat(100) } }));
  }
  await emulator.close();
  const sound = readFileSync(data);
  writeFileSync(data, Buffer.from(sound).fill("A", sound.length / 2, sound.length / 2 + 4096));
  const message = `Cannot open data file ${JSON.stringify(data)}: it is damaged: database disk image is malformed`;
  expect(() => createEmulator({ data })).toThrow(message);
  expect(() => createEmulator({ data })).toThrow(message);
  writeFileSync(data, sound);
  const repaired = createEmulator({ data });
  expect(repaired.events()).toHaveLength(500);
  await repaired.close();
});

test.runIf(hasSqlite).each([
  [
    "rows",
    `CREATE TABLE other AS SELECT number, workspace, id, contact, NULL AS event_name, created_at, user_id, email,
    metadata FROM events; DROP TABLE events; ALTER TABLE other RENAME TO events`,
  ],
  ["values", "UPDATE events SET metadata = '{'"],
  ["columns", "ALTER TABLE event_names RENAME COLUMN archived TO x"],
])("damaged %s are told, and the file is let go of", async (_, sql) => {
  const data = newFile();
  const emulator = createEmulator({ data });
  await post(emulator, "/events", event({ metadata: { a: 1 } }));
  await emulator.close();
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const database = new DatabaseSync(data);
  database.exec(sql);
  database.close();
  for (const _again of [1, 2]) {
    expect(() => createEmulator({ data })).toThrow(/^Cannot open data file ".*": (it is damaged: |table )/);
  }
});

test.runIf(hasSqlite)("a file of something else, in use, or out of reach is refused", async () => {
  const text = newFile();
  writeFileSync(text, "not a database, but long enough to be looked at".repeat(100));
  expect(() => createEmulator({ data: text })).toThrow(
    /^Cannot open data file ".*": file is not a database$/,
  );

  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const other = newFile();
  const database = new DatabaseSync(other);
  database.exec("CREATE TABLE mine (a)");
  database.close();
  expect(() => createEmulator({ data: other })).toThrow(/it is a database of something else/);

  const used = newFile();
  const emulator = createEmulator({ data: used });
  expect(() => createEmulator({ data: used })).toThrow(/database is locked/);
  await emulator.close();

  expect(() => createEmulator({ data: join(folder, "none", "a.db") })).toThrow(
    /unable to open database file/,
  );
});

// Root may write to any file.
test.runIf(hasSqlite && process.getuid?.() !== 0)("a file that is read-only is called that", async () => {
  const data = newFile();
  await createEmulator({ data }).close();
  chmodSync(data, 0o444);
  expect(() => createEmulator({ data })).toThrow(/^Cannot open data file ".*": E(ACCES|PERM): .* access/);
});

test.runIf(hasSqlite)("a file that fails later is given up with a warning, and requests go on", async () => {
  const data = newFile();
  const emulator = createEmulator({ data });
  await emulator.close();
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const lock = new DatabaseSync(data);
  lock.exec("BEGIN EXCLUSIVE");
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  expect(await post(emulator, "/events", event())).toBe(202);
  expect(await post(emulator, "/events", event({ created_at: 5 }))).toBe(202);
  expect(warn.mock.calls).toEqual([
    [expect.stringMatching(/^Cannot keep data in .* nothing is kept from now on/)],
  ]);
  warn.mockRestore();
  lock.close();
});
