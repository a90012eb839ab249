import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { assertKept, createLedger, enter } from "../../core/tests/outbox-crash.ts";
import { sqliteOutbox } from "../src/sqlite-outbox.ts";

/** Files, of which Node 24 has most, and processes that use each until they are killed, one after the other. */
const FILES = process.version.startsWith("v24.") ? 16 : 4;
const PROCESSES = 4;
/** Files at the same time. */
const ABREAST = 2;

const folder = mkdtempSync(join(tmpdir(), "outbox-crash-"));
afterAll(() => rmSync(folder, { recursive: true }));

function start(path: string, number: number): ChildProcess {
  const sync = number % 2 ? "full" : "normal";
  const child = join(import.meta.dirname, "crash-child.ts");
  return spawn(
    process.execPath,
    ["--no-warnings", "--conditions=@intercom-events/source", child, path, sync, String(number)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
}

/** Kills a process at a random moment: mostly at work, sometimes before, while it makes the file. */
async function killAtRandom(child: ChildProcess): Promise<string> {
  const { stdout } = child;
  if (stdout === null) throw new Error("The process has no output");
  let output = "";
  stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const ended = once(child, "close");
  if (Math.random() < 0.8) {
    await once(stdout, "data");
    await setTimeout(Math.random() * 250);
  } else {
    await setTimeout(50 + Math.random() * 200);
  }
  child.kill("SIGKILL");
  expect(await ended).toEqual([null, "SIGKILL"]);
  return output;
}

/** @returns processes killed, lines they said and records found */
async function useFile(path: string): Promise<[number, number, number]> {
  const ledger = createLedger();
  let [lines, found] = [0, 0];
  for (let number = 0; number < PROCESSES; number += 1) {
    lines += enter(ledger, await killAtRandom(start(path, number)));
    const outbox = sqliteOutbox({ path });
    found = await assertKept(outbox, ledger, true);
    await outbox.close();
  }
  const { DatabaseSync } = await import("node:sqlite");
  const db = new DatabaseSync(path);
  expect(db.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  db.close();
  expect(readdirSync(dirname(path)).filter((name) => name.startsWith(`${basename(path)}-`))).toEqual([]);
  return [PROCESSES, lines, found];
}

describe.skipIf(!process.getBuiltinModule?.("node:sqlite"))(
  "the outbox in SQLite (needs node:sqlite, Node 22.13)",
  () => {
    it(`loses nothing it has kept to ${FILES * PROCESSES} SIGKILLs`, async () => {
      const totals = [0, 0, 0];
      let next = 0;
      const work = async () => {
        while (next < FILES) {
          const results = await useFile(join(folder, `${next++}.db`));
          for (const [index, count] of results.entries()) totals[index] = (totals[index] ?? 0) + count;
        }
      };
      await Promise.all(Array.from({ length: ABREAST }, work));
      const [killed, lines = 0, found] = totals;
      console.info(`${killed} processes killed, ${lines} lines acknowledged, ${found} records found`);
      expect(killed).toBe(FILES * PROCESSES);
      expect(lines).toBeGreaterThan(FILES * PROCESSES);
    }, 180_000);
  },
);
