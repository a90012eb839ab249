import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createEmulator } from "@intercom-events/emulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createClient } from "../src/create-client.ts";
import { sqliteOutbox } from "../src/sqlite-outbox.ts";

/** Files, of which Node 24 has most, and processes that use each until they are killed, one after the other. */
const FILES = process.version.startsWith("v24.") ? 10 : 2;
const PROCESSES = 6;
/** Files at the same time. */
const ABREAST = 2;

const folder = mkdtempSync(join(tmpdir(), "client-crash-"));
const emulator = createEmulator({ rateLimit: 1_000_000_000 });
let url = "";

beforeAll(async () => {
  ({ url } = await emulator.listen(0));
});

afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true });
});

function start(path: string, name: string, number: number): ChildProcess {
  const sync = number % 2 ? "full" : "normal";
  const child = join(import.meta.dirname, "client-crash-child.ts");
  return spawn(
    process.execPath,
    ["--no-warnings", "--conditions=@intercom-events/source", child, path, url, sync, name],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
}

/** Kills a process at a random moment, mostly at work, and answers the events it was told are stored. */
async function killAtRandom(child: ChildProcess): Promise<string[]> {
  const { stdout } = child;
  if (stdout === null) throw new Error("The process has no output");
  let output = "";
  stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const ended = once(child, "close");
  if (Math.random() < 0.9) await once(stdout, "data");
  await setTimeout(Math.random() ** 2 * 1500);
  child.kill("SIGKILL");
  expect(await ended).toEqual([null, "SIGKILL"]);
  return output.split("\n").slice(0, -1); // The last line may have been cut off.
}

/** Delivers what the processes have left; some of it is to be tried again after a while. */
async function drain(path: string): Promise<number> {
  const outbox = sqliteOutbox({ path });
  const client = createClient({ token: "token", baseUrl: url, outbox });
  try {
    while ((await outbox.counts()).events > 0) {
      await setTimeout(1000);
      await client.flush();
    }
    return client.stats().recovered;
  } finally {
    await client.close();
  }
}

describe.skipIf(!process.getBuiltinModule?.("node:sqlite"))(
  "a client with an outbox in SQLite (needs node:sqlite, Node 22.13)",
  () => {
    it(`delivers exactly once all it has acknowledged, through ${FILES * PROCESSES} SIGKILLs`, async () => {
      const acknowledged: string[] = [];
      const paths = Array.from({ length: FILES }, (_, file) => join(folder, `${file}.db`));
      let next = 0;
      let killed = 0;
      const work = async () => {
        for (let file = next++; file < FILES; file = next++) {
          for (let number = 0; number < PROCESSES; number += 1) {
            const child = start(paths[file] ?? "", `${file}-${number}`, number);
            acknowledged.push(...(await killAtRandom(child)));
            killed += 1;
          }
        }
      };
      await Promise.all(Array.from({ length: ABREAST }, work));
      const recovered = await Promise.all(paths.map(drain));

      const stored = emulator.events().map((event) => event.user_id as string);
      const times = new Map<string, number>();
      for (const user of stored) times.set(user, (times.get(user) ?? 0) + 1);
      console.info(
        `${killed} processes killed, ${acknowledged.length} events acknowledged, ` +
          `${recovered.reduce((sum, count) => sum + count, 0)} of them and of others delivered by the next process, ` +
          `${stored.length} stored`,
      );
      expect(killed).toBe(FILES * PROCESSES);
      expect(acknowledged.length).toBeGreaterThan(10 * FILES * PROCESSES);
      expect(acknowledged.filter((user) => !times.has(user))).toEqual([]);
      expect([...times].filter(([, count]) => count !== 1)).toEqual([]);
    }, 300_000);
  },
);
