import { spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Worker } from "node:worker_threads";
import type { Outbox } from "@intercom-events/core";
import { createEmulator } from "@intercom-events/emulator";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { records } from "../../core/tests/outbox-contract.ts";
import { sqliteOutbox } from "../src/sqlite-outbox.ts";
import { beginSqliteOwner, ownerFile } from "../src/sqlite-owner.ts";
import type { Looks } from "./look-child.ts";
import { runProgram, startProgram } from "./run-program.ts";
import { type Leaser, OPTIONS, startLeaser, startLeasingThread } from "./start-leaser.ts";

const sqlite = process.getBuiltinModule?.("node:sqlite");
/** Windows has neither signals that stop, nor modes of files, nor symbolic links for everybody. */
const isWindows = process.platform === "win32";

/** Runs a command with numbers of processes of its own, and kills it when it is killed. */
const APART = ["unshare", "--map-root-user", "--pid", "--fork", "--kill-child"];
const canUnshare = spawnSync(APART[0] as string, [...APART.slice(1), "true"]).status === 0;

let folder: string;
let path: string;
const cleanups: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dead-owners-"));
  path = join(folder, "outbox.db");
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  rmSync(folder, { recursive: true });
});

/** Makes a file with three events that are free. */
async function appendThree(): Promise<void> {
  const outbox = sqliteOutbox({ path });
  await outbox.append(records(1, 3));
  await outbox.close();
}

function open(file = path): Outbox {
  const outbox = sqliteOutbox({ path: file });
  cleanups.push(() => outbox.close());
  return outbox;
}

/** How many events an outbox is given that leases what is free. */
async function leasedBy(outbox: Outbox, now = Date.now()): Promise<number> {
  return (await outbox.lease({ limit: 1000, now, until: now + 30_000 })).length;
}

/** Somebody who has leased the three, and is ended at last. */
async function leaseThree(start: Promise<Leaser> = startLeaser(path)): Promise<Leaser> {
  const leaser = await start;
  cleanups.push(leaser.kill);
  expect(leaser.leased).toBe(3);
  return leaser;
}

/** The files of owners, and what SQLite would leave beside those. */
const ownersFiles = (): string[] => readdirSync(folder).filter((name) => name.includes("-owner-"));

const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);

describe.skipIf(sqlite === undefined)("an outbox in SQLite (needs node:sqlite, Node 22.13)", () => {
  test("has the next client deliver at once what a killed process was about to send", async () => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    cleanups.push(() => [silent.close(), silent.closeAllConnections()]);
    await vi.waitUntil(() => silent.listening);
    const emulator = createEmulator({ rateLimit: 1_000_000 });
    cleanups.push(emulator.close);
    const { url } = await emulator.listen();
    const client = (baseUrl: string) => `
        const { createClient, sqliteOutbox } = require("./index.ts");
        const client = createClient({
          token: "token", baseUrl: ${JSON.stringify(baseUrl)}, outbox: sqliteOutbox({ path: ${JSON.stringify(path)} }),
        });
      `;
    const first = await startProgram(`
        ${client(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`)}
        const receipts = Array.from({ length: 1700 }, (_, number) =>
          client.track({ userId: "contact-" + number, eventName: "placed-order" }));
        Promise.all(receipts.map(({ stored }) => stored)).then(() => console.log("stored"));
      `);
    await first.printed("stored");
    first.child.kill("SIGKILL");
    await first.ended;
    const { output, errors } = await runProgram(`
        ${client(url)}
        (async () => {
          const flushed = await client.flush();
          console.log(JSON.stringify([flushed, await client.close(), client.stats().recovered]));
        })();
      `);
    expect({ output, errors }).toEqual({
      output: '[{"pending":0},{"pending":0,"dropped":0},1700]\n',
      errors: "",
    });
    expect(emulator.events()).toHaveLength(1700);
    expect((await open().counts()).events).toBe(0);
  });

  test("frees what a killed process had leased", async () => {
    await appendThree();
    const leaser = await leaseThree();
    await leaser.kill();
    expect(await leasedBy(open())).toBe(3);
  });

  test.skipIf(!canUnshare)(
    "sees it of one that has numbers of processes of its own, as in a container",
    async () => {
      await appendThree();
      const leaser = await leaseThree(startLeaser(path, [...APART, process.execPath, ...OPTIONS]));
      expect(await leasedBy(open())).toBe(0);
      await leaser.kill();
      // It is the command that was waited for, which takes the process with it.
      await vi.waitUntil(async () => (await leasedBy(open())) === 3, 20_000);
    },
  );

  test("frees what a thread that was terminated had leased", async () => {
    await appendThree();
    const leaser = await leaseThree(startLeasingThread(path));
    expect(await leasedBy(open())).toBe(0);
    await leaser.kill();
    expect(await leasedBy(open())).toBe(3);
  });

  test.skipIf(isWindows)(
    "leaves to a process what it has leased as long as it lives, be it stopped",
    async () => {
      await appendThree();
      const { child, kill } = await startLeaser(path);
      cleanups.push(kill);
      expect(await leasedBy(open())).toBe(0);
      child.kill("SIGSTOP");
      expect(await leasedBy(open())).toBe(0);
      expect(await leasedBy(open())).toBe(0);
      child.kill("SIGCONT");
      expect(await leasedBy(open())).toBe(0);
      expect(ownersFiles()).toHaveLength(1 + 4);
    },
  );

  test("leaves to another outbox of its process what that has leased, also after it has looked", async () => {
    await appendThree();
    const first = open();
    expect(await leasedBy(first)).toBe(3);
    for (let looks = 0; looks < 3; looks += 1) {
      const other = open();
      expect(await leasedBy(other)).toBe(0);
      await other.close();
    }
    expect((await startLeaser(path).then(kill)).leased).toBe(0);
    await first.close();
    expect(await leasedBy(open())).toBe(3);
  });

  test("sees within seconds that a process has died, also if it was open before", async () => {
    await appendThree();
    const leaser = await leaseThree();
    const outbox = open();
    expect(await leasedBy(outbox)).toBe(0);
    await leaser.kill();
    await vi.waitUntil(async () => (await leasedBy(outbox)) === 3, { timeout: 15_000, interval: 200 });
    expect(ownersFiles()).toHaveLength(1);
  });

  test.skipIf(isWindows)("finds others that use its file by another name", async () => {
    await appendThree();
    const link = join(folder, "elsewhere");
    mkdirSync(link);
    symlinkSync(path, join(link, "link.db"));
    const leaser = await leaseThree(startLeaser(relative(process.cwd(), join(link, "link.db"))));
    expect(await leasedBy(open())).toBe(0);
    await leaser.kill();
    expect(await leasedBy(open(join(link, "link.db")))).toBe(3);
    expect(readdirSync(link)).toEqual(["link.db"]);
  });

  test("leaves no file behind when it is closed, and deletes those of the dead", async () => {
    await appendThree();
    expect(readdirSync(folder)).toEqual(["outbox.db"]);
    for (let killed = 0; killed < 3; killed += 1) {
      const leaser = await startLeaser(path);
      expect(ownersFiles()).toEqual([expect.stringMatching(/^outbox\.db-owner-\d+$/)]);
      await leaser.kill();
    }
    expect(ownersFiles()).toHaveLength(1);
    const outbox = open();
    expect(await leasedBy(outbox)).toBe(3);
    expect(ownersFiles()).toHaveLength(1);
    await outbox.close();
    expect(readdirSync(folder)).toEqual(["outbox.db"]);
  });

  test("deletes the file of a dead one that had leased nothing", async () => {
    const leaser = await startLeaser(path);
    expect(leaser.leased).toBe(0);
    await leaser.kill();
    expect(ownersFiles()).toHaveLength(1);
    const outbox = open();
    expect(await leasedBy(outbox)).toBe(0);
    await outbox.close();
    expect(readdirSync(folder)).toEqual(["outbox.db"]);
  });

  test("leaves files alone that are named alike, and hold something", async () => {
    await appendThree();
    writeFileSync(`${path}-owner-7`, "mine");
    writeFileSync(`${path}-owner-of-all`, "");
    mkdirSync(`${path}-owner-8`);
    expect(await leasedBy(open())).toBe(3);
    expect(ownersFiles()).toEqual(
      expect.arrayContaining(["outbox.db-owner-7", "outbox.db-owner-8", "outbox.db-owner-of-all"]),
    );
  });

  test("leaves alone another's database that is named alike", async () => {
    await appendThree();
    const other = `${path}-owner-1`;
    const { DatabaseSync } = await import("node:sqlite");
    const db = new DatabaseSync(other);
    db.exec("CREATE TABLE mine (a)");
    db.close();
    expect(await leasedBy(open())).toBe(3);
    expect(ownersFiles()).toContain("outbox.db-owner-1");
  });

  test("is not taken for dead while it begins, however often others look", async () => {
    await appendThree();
    const counts = new BigInt64Array(new SharedArrayBuffer(4 * 8));
    const looker = new Worker(join(import.meta.dirname, "look-child.ts"), {
      workerData: { path, counts } satisfies Looks,
      execArgv: ["--no-warnings", "--conditions=@intercom-events/source"],
    });
    const ended = once(looker, "exit");
    await vi.waitUntil(() => Atomics.load(counts, 2) > 0n, 20_000);
    let unseen = 0;
    for (let number = 0; number < 1000; number += 1) {
      const owner = beginSqliteOwner(path);
      Atomics.store(counts, 0, BigInt(owner.id));
      if (!existsSync(ownerFile(path, owner.id))) unseen += 1;
      Atomics.store(counts, 0, 0n);
      owner.end(false);
    }
    Atomics.store(counts, 3, 1n);
    await ended;
    expect(Atomics.load(counts, 1)).toBe(0n);
    expect(unseen).toBe(0);
  });

  test("waits for leases to run out whose owner's file is gone, as it may live", async () => {
    await appendThree();
    await leaseThree();
    for (const file of ownersFiles()) rmSync(join(folder, file));
    const outbox = open();
    expect(await leasedBy(outbox)).toBe(0);
    expect(await leasedBy(outbox, Date.now() + 30_000)).toBe(3);
  });

  test("frees what an outbox could not give back when it was closed, as others held the file", async () => {
    await appendThree();
    const outbox = sqliteOutbox({ path, busyTimeout: 0 });
    expect(await leasedBy(outbox)).toBe(3);
    const { DatabaseSync } = await import("node:sqlite");
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    await outbox.close();
    other.close();
    expect(await leasedBy(open())).toBe(3);
    expect(ownersFiles()).toHaveLength(1);
  });

  test.skipIf(isWindows)("works where no more files can be made", async () => {
    await appendThree();
    const other = open(); // SQLite's own files are there as long as it has the file open.
    await other.counts();
    for (const file of readdirSync(folder)) chmodSync(join(folder, file), 0o666);
    chmodSync(folder, 0o555);
    if (process.getuid?.() === 0) process.seteuid?.(65_534); // root may make files anywhere.
    cleanups.push(() => {
      process.seteuid?.(process.getuid?.() ?? 0);
      chmodSync(folder, 0o755);
    });
    const outbox = open();
    expect(await leasedBy(outbox)).toBe(3);
    await outbox.close();
    expect(ownersFiles()).toHaveLength(1);
  });
});

describe.skipIf(sqlite === undefined || isWindows)(
  "the file of an outbox in SQLite (needs node:sqlite, Node 22.13, and modes of files)",
  () => {
    test("is for its owner alone to read, as are those beside it", async () => {
      const before = process.umask(0);
      cleanups.push(() => process.umask(before));
      const outbox = open();
      await outbox.append(records(1, 3));
      const files = readdirSync(folder);
      expect(files).toHaveLength(4);
      for (const file of files) expect([file, modeOf(join(folder, file))]).toEqual([file, "600"]);
    });

    test("is so too if its name is as long as one may be", async () => {
      path = join(folder, "e".repeat(245));
      const outbox = open();
      await outbox.append(records(1, 3));
      for (const file of readdirSync(folder))
        expect([file, modeOf(join(folder, file))]).toEqual([file, "600"]);
    });

    test("keeps the mode it has, which those beside it get", async () => {
      writeFileSync(path, "");
      chmodSync(path, 0o640);
      const outbox = open();
      await outbox.append(records(1, 3));
      for (const file of readdirSync(folder))
        expect([file, modeOf(join(folder, file))]).toEqual([file, "640"]);
    });
  },
);

async function kill(leaser: Leaser): Promise<Leaser> {
  await leaser.kill();
  return leaser;
}
