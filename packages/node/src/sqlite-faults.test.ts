import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import type { Outbox, Outcome } from "@intercom-events/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { assertRefused, lettersOf, record, records } from "../../core/tests/outbox-contract.ts";
import { openSqlite } from "./open-sqlite.ts";
import type { SqliteOutboxOptions } from "./sqlite-options.ts";
import { sqliteOutbox } from "./sqlite-outbox.ts";
import { MIGRATIONS, migrate } from "./sqlite-schema.ts";

const NOW = 1_700_000_000_000;
const EXPIRED: Outcome = { status: "dropped", reason: "expired" };
const sqlite = process.getBuiltinModule?.("node:sqlite");

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "outbox-"));
  path = join(folder, "outbox.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A database made by someone else. */
function database(sql: string, file: string = path): DatabaseSync {
  if (sqlite === undefined) throw new Error("This Node has no SQLite");
  const db = new sqlite.DatabaseSync(file);
  db.exec(sql);
  return db;
}

/** The bytes of a file, and of those beside it that hold data. */
function bytesOf(file: string): Buffer[] {
  return [file, `${file}-wal`, `${file}-journal`].map((each) => {
    try {
      return readFileSync(each);
    } catch {
      return Buffer.alloc(0);
    }
  });
}

/** Throws unless each call is refused with the code, and the file as it was. */
async function assertUntouched(
  code: Parameters<typeof assertRefused>[1],
  options: SqliteOutboxOptions = { path },
) {
  const before = bytesOf(path);
  const outbox = sqliteOutbox(options);
  const error = await assertRefused(outbox.counts(), code);
  await assertRefused(outbox.append([record(1)]), code);
  await assertRefused(outbox.lease({ limit: 1, now: NOW, until: NOW }), code);
  await assertRefused(lettersOf(outbox), code);
  await outbox.close();
  expect(bytesOf(path)).toEqual(before);
  return error.message;
}

const leaseAll = (outbox: Outbox) => outbox.lease({ limit: 1_000_000, now: NOW, until: NOW + 60_000 });

describe("the options of the outbox in SQLite", () => {
  it.each([
    [{}, '"path" must be the path of a file, got undefined'],
    [{ path: "" }, '"path" must be the path of a file, got ""'],
    [{ path: ":memory:" }, '"path" must be the path of a file, got ":memory:"'],
    [{ path: "a\0b" }, '"path" must be the path of a file, got "a'],
    [{ path: new URL("https://example.org") }, '"path" must be the path of a file, got an object (URL)'],
    [{ path: "x", sync: "off" }, '"sync" must be "full" or "normal", got "off"'],
    [{ path: "x", maxBytes: 4096 }, '"maxBytes" must be an integer of at least 1048576, got number 4096'],
    [{ path: "x", busyTimeout: -1 }, '"busyTimeout" must be 0 or a positive integer, got number -1'],
    [{ path: "x", size: 1 }, '"size" must be one of path, sync, '],
  ])("refuses %j", (options, message) => {
    expect(() => sqliteOutbox(options as never)).toThrow(`Cannot open outbox: ${message}`);
    expect(() => sqliteOutbox(options as never)).toThrow(TypeError);
  });

  it("makes no file before it is used", () => {
    sqliteOutbox({ path });
    expect(readdirSync(folder)).toEqual([]);
  });
});

it("is loaded without SQLite, and without a warning of it", () => {
  const script = `await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, "sqlite-outbox.ts")).href)})`;
  const options = ["--conditions=@intercom-events/source", "--input-type=module", "--eval", script];
  if (!process.features.typescript) return; // This Node reads no TypeScript; the build is tested elsewhere.
  const { status, stderr } = spawnSync(process.execPath, options, { encoding: "utf8" });
  expect(stderr.split("\n").filter((line) => /sqlite/i.test(line))).toEqual([]);
  expect(status).toBe(0);
});

it("says which Node it needs where there is no SQLite", async () => {
  const { getBuiltinModule } = process;
  try {
    Object.defineProperty(process, "getBuiltinModule", {
      value: undefined,
      configurable: true,
      writable: true,
    });
    const error = await assertRefused(sqliteOutbox({ path }).counts(), "unsupported");
    expect(error.message).toContain("needs node:sqlite of Node 22.13 or of Bun 1.4, or newer, this is v");
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    process.getBuiltinModule = getBuiltinModule;
  }
});

it.runIf(sqlite === undefined)("says so on this Node, which has none", async () => {
  await assertRefused(sqliteOutbox({ path }).counts(), "unsupported");
});

describe.skipIf(sqlite === undefined)(
  "the outbox in SQLite (needs node:sqlite, Node 22.13) refuses, and leaves as it was,",
  () => {
    it("a file that is not a database", async () => {
      writeFileSync(path, "createdAt;eventName\n".repeat(1000));
      expect(await assertUntouched("corrupted")).toMatch(/not a (SQLite )?database/);
      expect(readdirSync(folder)).toEqual(["outbox.db"]);
    });

    it("a file that is shorter than a header", async () => {
      writeFileSync(path, "SQLite format 3\0");
      await assertUntouched("corrupted");
    });

    it("a database of another application", async () => {
      database("CREATE TABLE users (name TEXT)").close();
      expect(await assertUntouched("failed")).toContain("is a database of another application");
      expect(readdirSync(folder)).toEqual(["outbox.db"]);
    });

    it("a database of another application that keeps a log, and has none now", async () => {
      database("PRAGMA journal_mode = WAL; CREATE TABLE users (name TEXT)").close();
      expect(await assertUntouched("failed")).toContain("is a database of another application");
      expect(readdirSync(folder)).toEqual(["outbox.db"]);
    });

    it("a database of another application that has it open, with a log", async () => {
      const db = database(
        "PRAGMA journal_mode = WAL; CREATE TABLE users (name TEXT); INSERT INTO users VALUES ('a')",
      );
      expect(await assertUntouched("failed")).toContain("another application");
      db.close();
    });

    it("a database with an application's mark and no table", async () => {
      database("PRAGMA application_id = 77").close();
      await assertUntouched("failed");
    });

    it("a newer schema", async () => {
      await sqliteOutbox({ path })
        .append(records(1, 3))
        .catch(() => undefined);
      database("PRAGMA user_version = 99").close();
      expect(await assertUntouched("newer_schema")).toMatch(
        /schema version 99, this release knows up to 1; upgrade/,
      );
    });

    it("a newer schema that is in the log alone, as a process that died leaves it", async () => {
      const other = join(folder, "other.db");
      await append(other);
      const db = database("PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 99", other);
      for (const end of ["", "-wal"]) copyFileSync(`${other}${end}`, `${path}${end}`);
      db.close();
      await assertUntouched("newer_schema");
    });

    it("a file cut short", async () => {
      await append(path, 500);
      truncateSync(path, 4096 * 3);
      await assertUntouched("corrupted");
    });

    it("a file that may not be written", async () => {
      await append(path);
      chmodSync(path, 0o444);
      chmodSync(folder, 0o755);
      if (process.getuid?.() !== 0) {
        await assertUntouched("read_only");
        return;
      }
      // root may write any file, so somebody else has to try.
      const before = bytesOf(path);
      process.seteuid?.(65_534);
      try {
        const outbox = sqliteOutbox({ path });
        await assertRefused(outbox.append([record(9)]), "read_only");
        await outbox.close();
      } finally {
        process.seteuid?.(0);
      }
      expect(bytesOf(path)).toEqual(before);
    });
  },
);

/** Makes a file with some records and closes it. */
async function append(file: string, count = 3): Promise<void> {
  const outbox = sqliteOutbox({ path: file });
  await outbox.append(records(1, count));
  await outbox.close();
}

describe.skipIf(sqlite === undefined)("the outbox in SQLite (needs node:sqlite, Node 22.13)", () => {
  it("is no folder", async () => {
    const { message } = await assertRefused(sqliteOutbox({ path: folder }).counts(), "failed");
    expect(message).toBe(`Cannot open outbox: ${folder} is a folder, not a file`);
  });

  it("takes an empty file, and an empty database, as a process that died early leaves them", async () => {
    writeFileSync(path, "");
    await append(path);
    const empty = join(folder, "empty.db");
    database("PRAGMA journal_mode = WAL", empty).close();
    await append(empty);
    expect(readFileSync(empty).subarray(68, 72).toString("latin1")).toBe("icev");
  });

  it("takes a path as an address of a file", async () => {
    await sqliteOutbox({ path: pathToFileURL(path) }).append([record(1)]);
    expect(readdirSync(folder)).toContain("outbox.db");
  });

  it("says that a page is damaged, and keeps the rest of the file as it is", async () => {
    await append(path, 2000);
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 4096 * 20, 4096 * 60);
    writeFileSync(path, bytes);
    const outbox = sqliteOutbox({ path });
    await assertRefused(leaseAll(outbox), "corrupted");
    await outbox.close();
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it("leaves nothing beside a file that lacks a table", async () => {
    const outbox = sqliteOutbox({ path });
    await outbox.append([record(1)]);
    await outbox.close();
    database("DROP TABLE dead_letters").close();
    const broken = sqliteOutbox({ path });
    await expect(broken.counts()).rejects.toMatchObject({ name: "OutboxError" });
    expect(readdirSync(folder)).toEqual(["outbox.db"]);
    await broken.close();
  });

  it("opens a file as soon as it can, after it could not", async () => {
    const outbox = sqliteOutbox({ path: join(folder, "later", "outbox.db") });
    await assertRefused(outbox.append([record(1)]), "failed");
    mkdirSync(join(folder, "later"));
    await outbox.append([record(2)]);
    expect(await leaseAll(outbox)).toEqual([record(2)]);
    await outbox.close();
  });

  it.each([100, 2000])(
    "takes events in the place of the oldest dead letters, of %i characters",
    async (length) => {
      const outbox = sqliteOutbox({ path, maxBytes: 1024 * 1024 });
      const body = "x".repeat(length);
      for (let first = 0; first < 8000; first += 20) {
        const batch = records(first, first + 19, { body });
        await outbox.append(batch);
        const endings = batch.map(({ id }) => ({ id, outcome: EXPIRED }));
        await outbox.settle(endings, NOW);
      }
      await outbox.append([record(8000)]);
      const letters = (await lettersOf(outbox)).map((letter) => letter.record.id);
      expect(letters.length).toBeGreaterThan(300);
      expect(letters).toEqual(records(8000 - letters.length, 7999).map(({ id }) => id));
      expect(await outbox.counts()).toMatchObject({ events: 1, deadLetters: letters.length });
      await outbox.close();
    },
  );

  it("ends all events of a full file, though it has no room for so many dead letters", async () => {
    const outbox = sqliteOutbox({ path, maxBytes: 1024 * 1024 });
    let kept = 0;
    for (; kept < 1_000_000; kept += 20) {
      const appended = outbox.append(records(kept, kept + 19));
      if (
        !(await appended.then(
          () => true,
          () => false,
        ))
      )
        break;
    }
    const message = "x".repeat(300);
    const verdict = { kind: "invalid_request", status: 422, errors: [{ code: "a", message }] } as const;
    const outcome: Outcome = { status: "rejected", verdict, attempts: 1 };
    for (let first = 0; first < kept; first += 500) {
      const endings = records(first, Math.min(first + 499, kept - 1)).map(({ id }) => ({ id, outcome }));
      await outbox.settle(endings, NOW);
    }
    const { events, deadLetters } = await outbox.counts();
    expect(events).toBe(0);
    expect(deadLetters).toBeGreaterThan(1000);
    const letters = (await lettersOf(outbox)).map((letter) => letter.record.id);
    expect(letters).toEqual(records(kept - deadLetters, kept - 1).map(({ id }) => id));
    await outbox.close();
  });

  it("keeps its dead letters where they are not what takes up the room", async () => {
    const outbox = sqliteOutbox({ path, maxBytes: 1024 * 1024 });
    await outbox.append(records(0, 0));
    await outbox.settle([{ id: record(0).id, outcome: EXPIRED }], NOW);
    await outbox.append(records(1, 450, { body: "x".repeat(2000) }));
    await assertRefused(outbox.append([record(451)]), "full");
    expect(await outbox.counts()).toMatchObject({ events: 450, deadLetters: 1 });
    expect(await lettersOf(outbox)).toHaveLength(1);
    await outbox.close();
  });

  it("has one dead letter take the place of another where events take up the room", async () => {
    const outbox = sqliteOutbox({ path, maxBytes: 1024 * 1024 });
    await outbox.append(records(0, 19));
    await outbox.settle(
      records(0, 19).map(({ id }) => ({ id, outcome: EXPIRED })),
      NOW,
    );
    await outbox.append(records(20, 469, { body: "x".repeat(2000) }));
    const endings = records(20, 22).map(({ id }) => ({ id, outcome: EXPIRED }));
    await outbox.settle(endings, NOW);
    const ids = (await lettersOf(outbox)).map((letter) => letter.record.id);
    expect(ids).toEqual([...records(3, 19), ...records(20, 22)].map(({ id }) => id));
    expect(await outbox.counts()).toMatchObject({ events: 447, deadLetters: 20 });
    await outbox.close();
  });

  it("is full at maxBytes, loses nothing, goes on working and takes more when there is room", async () => {
    const outbox = sqliteOutbox({ path, maxBytes: 1024 * 1024 });
    const body = "x".repeat(2000);
    let kept = 0;
    const appendMore = () => outbox.append(records(kept * 10, kept * 10 + 9, { body }));
    while (
      await appendMore().then(
        () => true,
        (error) => assertRefused(Promise.reject(error), "full").then(() => false),
      )
    )
      kept += 1;
    expect(kept).toBeGreaterThan(20);
    await assertRefused(outbox.append(records(50_000, 55_000, { body })), "full");
    const leased = await leaseAll(outbox);
    expect(leased.length).toBe(kept * 10);
    await outbox.update(
      leased.map((each) => ({ ...each, attempts: 1, missingSince: NOW })),
      NOW + 1,
    );
    await outbox.settle(
      leased.slice(0, 200).map(({ id }, index) => ({
        id,
        outcome: index % 4 ? { status: "duplicate" } : { status: "dropped", reason: "expired" },
      })),
      NOW,
    );
    expect(await outbox.counts()).toMatchObject({ events: kept * 10 - 200, deadLetters: 50 });
    await appendMore();
    await outbox.close();
    expect(readFileSync(path).length).toBeLessThanOrEqual(1024 * 1024);
  });

  it("waits for another process that writes, and gives up after its time", async () => {
    await append(path);
    const patient = sqliteOutbox({ path });
    const hasty = sqliteOutbox({ path, busyTimeout: 30 });
    await patient.counts();
    await hasty.counts();
    const other = database("BEGIN IMMEDIATE");
    const appended = patient.append([record(8)]);
    const error = await assertRefused(hasty.append([record(9)]), "failed");
    expect(error.message).toBe(
      `Cannot keep events in ${path}: another process has kept the file locked for longer than busyTimeout`,
    );
    other.exec("COMMIT");
    other.close();
    await appended;
    expect((await patient.counts()).events).toBe(4);
    await Promise.all([patient.close(), hasty.close()]);
  });

  it.each([
    [{}, "normal", 1_048_576],
    [{ sync: "full", maxBytes: 8_388_608 }, "full", 2048],
  ] as const)(
    "has the file synced and bounded as %j says, or as documented",
    async (options, sync, pages) => {
      const { DatabaseSync } = await import("node:sqlite");
      const exec = vi.spyOn(DatabaseSync.prototype, "exec");
      const prepare = vi.spyOn(DatabaseSync.prototype, "prepare");
      const outbox = sqliteOutbox({ path, ...options });
      await outbox.counts();
      expect(exec).toHaveBeenCalledWith(expect.stringContaining(`PRAGMA synchronous = ${sync};`));
      expect(prepare).toHaveBeenCalledWith(`PRAGMA max_page_count = ${pages}`); // Of 4 KiB each.
      vi.restoreAllMocks();
      await outbox.close();
    },
  );

  it("takes a file that another process makes an outbox of while it is looked at", async () => {
    const other = database("PRAGMA journal_mode = WAL; PRAGMA user_version = 0");
    const { prepare } = other.constructor.prototype as DatabaseSync;
    const prepared = vi.spyOn(other.constructor.prototype as DatabaseSync, "prepare");
    prepared.mockImplementation(function (this: DatabaseSync, sql) {
      if (sql === "PRAGMA user_version") {
        prepared.mockRestore();
        migrate(other, path);
      }
      return prepare.call(this, sql);
    });
    const outbox = sqliteOutbox({ path });
    expect(await outbox.counts()).toEqual({ events: 0, bytes: 0, deadLetters: 0 });
    await outbox.close();
    other.close();
  });

  it.each([
    ["", 0],
    [", and no less where the process was frozen", 3_600_000],
  ])("waits 5 seconds where it is not told how long%s", async (_, frozen) => {
    await append(path);
    const outbox = sqliteOutbox({ path });
    await outbox.counts();
    const other = database("BEGIN IMMEDIATE");
    let time = 1000;
    const now = vi.spyOn(performance, "now").mockImplementation(() => time);
    const refused = vi.fn();
    const appended = outbox.append([record(8)]).catch(refused);
    /** Lets it try a few times. */
    const tries = async (): Promise<void> => {
      now.mockClear();
      await vi.waitUntil(() => now.mock.calls.length > 2 || refused.mock.calls.length > 0, 20_000);
    };
    await tries();
    time += frozen;
    await tries();
    for (const end = time + 5000 - (frozen && 250); time < end; await tries()) {
      expect(refused).not.toHaveBeenCalled();
      time += 250;
    }
    await appended;
    expect(refused.mock.calls).toMatchObject([[{ name: "OutboxError", code: "failed" }]]);
    now.mockRestore();
    other.close();
    await outbox.close();
  });

  it("makes one file for many that open it at once", async () => {
    const outboxes = Array.from({ length: 8 }, () => sqliteOutbox({ path }));
    await Promise.all(outboxes.map((outbox, index) => outbox.append([record(index)])));
    expect((await outboxes[0]?.counts())?.events).toBe(8);
    await Promise.all(outboxes.map((outbox) => outbox.close()));
  });

  it("takes a file through migrations, once, with all that is in it", async () => {
    await append(path);
    const migrations = [...MIGRATIONS, "ALTER TABLE events ADD COLUMN priority INTEGER NOT NULL DEFAULT 5"];
    const db = database("");
    migrate(db, path, migrations);
    migrate(db, path, migrations);
    expect(db.prepare("SELECT count(*) AS count, sum(priority) AS sum FROM events").get()).toMatchObject({
      count: 3,
      sum: 15,
    });
    expect(db.prepare("PRAGMA user_version").get()).toMatchObject({ user_version: 2 });
    db.close();
    await assertUntouched("newer_schema");
  });

  it("leaves a file as it was when a migration fails", async () => {
    await append(path);
    const db = database("");
    expect(() =>
      migrate(db, path, [...MIGRATIONS, "CREATE TABLE half (a); SELECT no_such_function()"]),
    ).toThrow();
    expect(db.prepare("SELECT count(*) AS count FROM sqlite_schema WHERE name = 'half'").get()).toMatchObject(
      { count: 0 },
    );
    db.close();
    const outbox = sqliteOutbox({ path });
    expect(await leaseAll(outbox)).toEqual(records(1, 3));
    await outbox.close();
  });

  it.each([
    ["normal", 1],
    ["full", 2],
  ] as const)("has SQLite sync as it is told to: %s", (sync, level) => {
    const { db } = openSqlite({ path, sync, maxBytes: 2 ** 30 });
    expect(db.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: level });
    expect(db.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    db.close();
  });

  it("finds what it leases by an index, however much waits", async () => {
    await append(path);
    const db = database("");
    const plan = db
      .prepare(
        "EXPLAIN QUERY PLAN SELECT seq FROM events INDEXED BY events_ready WHERE wake_at = 0 AND due_at <= 1 AND lease_until <= 1 ORDER BY id LIMIT 9",
      )
      .all()
      .map(({ detail }) => String(detail));
    expect(plan.join()).toContain("USING INDEX events_ready (wake_at=?)");
    expect(plan.join()).not.toContain("TEMP B-TREE");
    db.close();
  });

  it("keeps no secret that hangs on an error", async () => {
    const outbox = sqliteOutbox({ path });
    await outbox.append([record(1)]);
    const cause = Object.assign(new Error("reset"), { headers: { authorization: "Bearer s3cr3t" } });
    await outbox.settle(
      [
        {
          id: record(1).id,
          outcome: { status: "rejected", verdict: { kind: "unreachable", cause }, attempts: 1 },
        },
      ],
      NOW,
    );
    expect(Buffer.concat(bytesOf(path)).includes("s3cr3t")).toBe(false);
    await outbox.close();
    expect(readFileSync(path).includes("s3cr3t")).toBe(false);
    expect(readFileSync(path).includes("reset")).toBe(true);
  });
});

const FULL_DISK = `
  import { sqliteOutbox } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, "sqlite-outbox.ts")).href)};
  import { record, records } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, "../../core/tests/outbox-contract.ts")).href)};
  import { writeFileSync, rmSync } from "node:fs";
  const outbox = sqliteOutbox({ path: process.argv[1] + "/outbox.db" });
  const body = "x".repeat(1000);
  let [kept, code] = [0, undefined];
  while (code === undefined) {
    await outbox.append(records(kept, kept + 9, { body })).then(() => { kept += 10; }, (error) => { code = error.code; });
  }
  const { events } = await outbox.counts();
  await outbox.close();
  rmSync(process.argv[1] + "/ballast");
  const next = sqliteOutbox({ path: process.argv[1] + "/outbox.db" });
  await next.append([record(999999)]);
  const leased = await next.lease({ limit: 1e6, now: 2e12, until: 3e12 });
  const whole = leased.slice(0, -1).every((each, index) => each.id === record(index).id && each.body === body);
  await next.close();
  console.log(JSON.stringify({ code, kept, events, found: leased.length, whole }));
`;

/** Fills the disk with lists of events, and then ends all of them, by a link to the file. */
const endsOnFullDisk = (events: number, length: number): string => `
  import { rmSync, symlinkSync, writeFileSync } from "node:fs";
  import { record } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, "../../core/tests/outbox-contract.ts")).href)};
  import { sqliteOutbox } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, "sqlite-outbox.ts")).href)};
  const path = process.argv[1] + "/outbox.db";
  const link = process.argv[1] + ".db"; // On the disk beside.
  writeFileSync(path, "");
  symlinkSync(path, link);
  const outbox = sqliteOutbox({ path: link });
  const outcome = { status: "accepted", attempts: 1 };
  const body = JSON.stringify("x".repeat(${length}));
  const append = (first) => outbox.append(Array.from({ length: ${events} }, (_, index) => record(first + index, { body })));
  let [kept, ended, code] = [0, 0, ""];
  for (; code === ""; kept += ${events}) await append(kept).catch((error) => { code = error.code; kept -= ${events}; });
  for (const now = Date.now(); ended < kept; ) {
    const leased = await outbox.lease({ limit: 100, now, until: now + 60_000 });
    await outbox.settle(leased.map(({ id }) => ({ id, outcome })), now);
    ended += leased.length;
  }
  await outbox.append([record(kept, { body })]);
  await outbox.close();
  rmSync(link);
  console.log(JSON.stringify({ code, kept, ended }));
`;

const runScript = (script: string): string[] => [
  process.execPath,
  "--no-warnings",
  "--conditions=@intercom-events/source",
  "--input-type=module",
  "--eval",
  script,
];

/** Runs in a small file system of its own. */
function onSmallDisk(script: string, size = "3m"): string {
  const mount = `mount -t tmpfs -o size=${size} small "$0" && head -c 500000 /dev/zero > "$0/ballast" && shift 0 && exec "$@" "$0"`;
  const { status, stdout, stderr } = spawnSync(
    "unshare",
    ["--map-root-user", "--mount", "sh", "-c", mount, folder, ...runScript(script)],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

const canMount = spawnSync("unshare", ["--map-root-user", "--mount", "true"]).status === 0;

it.skipIf(sqlite === undefined || !canMount)(
  "the outbox in SQLite (needs node:sqlite and a mount of its own) says that the disk is full, and loses nothing",
  () => {
    const report = JSON.parse(onSmallDisk(FULL_DISK));
    expect(report).toMatchObject({ code: "full", whole: true });
    expect(report.kept).toBeGreaterThan(100);
    expect([report.events, report.found]).toEqual([report.kept, report.kept + 1]);
  },
);

it.skipIf(sqlite === undefined || !canMount).each([
  { events: 1, length: 5_000, size: "24m", least: 1000 },
  { events: 150, length: 100_000, size: "40m", least: 150 },
])(
  "the outbox in SQLite (needs node:sqlite and a mount of its own) leaves room on a disk to end the events that fill it, %o",
  ({ events, length, size, least }) => {
    const { code, kept, ended } = JSON.parse(onSmallDisk(endsOnFullDisk(events, length), size));
    expect([code, ended]).toEqual(["full", kept]);
    expect(kept).toBeGreaterThanOrEqual(least);
  },
);

const NO_DESCRIPTORS = `
  import { sqliteOutbox } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, "sqlite-outbox.ts")).href)};
  import { closeSync, openSync } from "node:fs";
  const outbox = sqliteOutbox({ path: process.argv[1] + "/outbox.db" });
  const taken = [];
  try {
    for (;;) taken.push(openSync("/dev/null"));
  } catch {}
  const message = await outbox.counts().catch((error) => error.message);
  for (const descriptor of taken) closeSync(descriptor);
  console.log(JSON.stringify({ message, later: await outbox.counts() }));
`;

it.skipIf(sqlite === undefined || process.platform === "win32")(
  "the outbox in SQLite (needs node:sqlite and ulimit) names file descriptors where none is left, and opens once there are some",
  () => {
    const limit = 'ulimit -n 64 && exec "$@"';
    const { stdout } = spawnSync("sh", ["-c", limit, "sh", ...runScript(NO_DESCRIPTORS), folder], {
      encoding: "utf8",
    });
    expect(JSON.parse(stdout)).toEqual({
      message: expect.stringMatching(
        /^Cannot count events in .*outbox\.db: the file cannot be opened; .* file descriptors/,
      ),
      later: { events: 0, bytes: 0, deadLetters: 0 },
    });
  },
);
