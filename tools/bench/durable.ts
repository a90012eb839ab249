import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { createClient, sqliteOutbox } from "@intercom-events/node";
import type { Benchmark } from "./benchmark.ts";
import { startChild } from "./child.ts";
import { EVENT_NAME, metadataOf, TOKEN, wireEventOf } from "./sample-event.ts";
import { grouped, median, spread } from "./summarize.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const MODES = ["normal", "full"] as const;
type Mode = (typeof MODES)[number];

/** Events kept together. */
const BATCHES = [1, 100, 500];

/** Milliseconds of one measurement. */
const TIME = 400;

/** Keeps so many events and resolves once they outlive the process. */
type Keep = (count: number) => unknown;

interface Contender {
  readonly keep: Keep;
  readonly close: () => unknown;
}

/** Our client, none of whose events is ever answered, so that only keeping them is measured. */
function ours(path: string, sync: Mode, baseUrl: string): Contender {
  const client = createClient({
    token: TOKEN,
    baseUrl,
    outbox: sqliteOutbox({ path, sync, maxBytes: 2 ** 40 }),
    timeout: 3_600_000,
    exitTimeout: 0,
  });
  let index = 0;
  return {
    async keep(count) {
      const receipts = Array.from({ length: count }, () =>
        client.track({ userId: `user-${index}`, eventName: EVENT_NAME, metadata: metadataOf(index++) }),
      );
      const stored = await Promise.all(receipts.map((receipt) => receipt.stored));
      if (stored.includes(false)) throw new Error("An event was not stored");
    },
    close: () => client.close({ timeout: 0 }),
  };
}

/** The same records in one table, with one index, and nothing else. */
function bare(path: string, sync: Mode): Contender {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${sync}; PRAGMA journal_size_limit = 16777216`);
  db.exec(`CREATE TABLE events (
    id TEXT PRIMARY KEY, body TEXT NOT NULL, tracked_at INTEGER NOT NULL, attempts INTEGER NOT NULL,
    failures INTEGER NOT NULL, missing_since INTEGER, due_at INTEGER NOT NULL) STRICT`);
  const insert: StatementSync = db.prepare("INSERT INTO events VALUES (?, ?, ?, 0, 0, NULL, 0)");
  let index = 0;
  return {
    keep(count) {
      if (count > 1) db.exec("BEGIN IMMEDIATE");
      for (let left = count; left > 0; left -= 1) {
        const id = `${String(index).padStart(17, "0")}-0123456789abcdef`;
        insert.run(id, JSON.stringify(wireEventOf(index++)), Date.now());
      }
      if (count > 1) db.exec("COMMIT");
    },
    close: () => db.close(),
  };
}

/** Keeps events for a while, and answers how many a second. */
async function rateOf(keep: Keep, batch: number): Promise<number> {
  const before = performance.now();
  let kept = 0;
  do {
    await keep(batch);
    kept += batch;
  } while (performance.now() - before < TIME);
  return (kept * 1000) / (performance.now() - before);
}

/** How fast events are kept; see `about`. */
export const durable: Benchmark = {
  title: "How fast events are kept",
  about: `Events per second that the SQLite outbox has committed: a batch is tracked, \`receipt.stored\` of all of it
is awaited, then comes the next. Beside it, the same bodies inserted with \`node:sqlite\` by a loop that
does nothing else: into one table with one index, the batch in one transaction (a batch of 1 is a
transaction for each event). With \`full\`, a commit waits for the disk, whose speed is then most of what is
seen. Nothing is delivered meanwhile: the server never answers. The file is among the temporary files, on
whatever disk they are; set \`TMPDIR\` for another.

Our row has more to do: it checks and encodes the event, makes receipts, and its tables have what leases,
retries and dead letters need. Both contenders grow one file over all rounds, and take turns.`,
  async run({ rounds = 7 }) {
    const folder = temporaryFolder();
    const server = await startChild("server.ts", ["never"]);
    const url = await server.ask<string>("url");
    const raw: { sync: Mode; batch: number; ours: number[]; bare: number[] }[] = [];
    for (const sync of MODES) {
      const client = ours(join(folder, `ours-${sync}.db`), sync, url);
      const inserts = bare(join(folder, `bare-${sync}.db`), sync);
      const found = BATCHES.map((batch) => ({ sync, batch, ours: [] as number[], bare: [] as number[] }));
      for (let round = -1; round < rounds; round += 1) {
        for (const { batch, ours: mine, bare: theirs } of found) {
          const rates = [await rateOf(client.keep, batch), await rateOf(inserts.keep, batch)] as const;
          if (round < 0) continue; // The first round only warms up.
          mine.push(rates[0]);
          theirs.push(rates[1]);
        }
      }
      await client.close();
      inserts.close();
      raw.push(...found);
    }
    server.end();
    const rows = raw.map(({ sync, batch, ours: mine, bare: theirs }) => ({
      sync,
      batch,
      "@intercom-events/node, events/s": grouped(median(mine)),
      "spread of rounds": spread(mine),
      "bare inserts, events/s": grouped(median(theirs)),
      "their spread": spread(theirs),
      share: grouped(median(mine) / median(theirs), 2),
    }));
    return { rows, options: { rounds, "milliseconds a round": TIME } };
  },
};
