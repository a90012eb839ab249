import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { type OutboxStore, outboxCases, records, toldBy } from "../../core/tests/outbox-contract.ts";
import { assertLikeMemory } from "../../core/tests/outbox-property.ts";
import { sqliteOutbox } from "./sqlite-outbox.ts";

const folder = mkdtempSync(join(tmpdir(), "outbox-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

/** A store in a file of its own. */
function createStore(): OutboxStore {
  files += 1;
  const path = join(folder, `${files}.db`);
  return { open: (options) => sqliteOutbox({ ...options, path }) };
}

describe.skipIf(!process.getBuiltinModule?.("node:sqlite"))(
  "the outbox in SQLite (needs node:sqlite, Node 22.13)",
  () => {
    for (const { name, run } of outboxCases(createStore)) it(name, run);

    it("leaves time to everything else while it tells the ids of many events", async () => {
      const outbox = createStore().open();
      await outbox.append(records(1, 20_000));
      let turns = 0;
      let isOver = false;
      async function count(): Promise<void> {
        while (!isOver) {
          await setImmediate();
          turns += 1;
        }
      }
      const counted = count();
      const ids = await toldBy(outbox);
      expect(turns).toBeGreaterThan(10);
      isOver = true;
      await counted;
      expect(ids).toHaveLength(20_000);
      await outbox.close();
    });

    it("answers any calls as the one in memory does", () => assertLikeMemory(createStore, 150));
  },
);
