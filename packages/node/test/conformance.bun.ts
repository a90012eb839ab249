/**
 * Runs the cases each transport and each outbox must pass in Bun, and prints a line of JSON for each:
 *
 *     bun --conditions=@intercom-events/source test/conformance.bun.ts <address of an emulator>
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conformanceCases } from "../../core/tests/conformance.ts";
import { outboxCases } from "../../core/tests/outbox-contract.ts";
import { createClient, sqliteOutbox } from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "outbox-bun-"));
let files = 0;

const cases = [
  ...conformanceCases({ createClient, url: process.argv.at(-1) ?? "" }),
  ...outboxCases(() => {
    files += 1;
    const path = join(folder, `${files}.db`);
    return { open: (options) => sqliteOutbox({ ...options, path }) };
  }),
];

for (const { name, run } of cases) {
  const failure = await run().then(
    () => undefined,
    (error: unknown) => String(error),
  );
  console.log(JSON.stringify({ name, failure }));
}
rmSync(folder, { recursive: true });
