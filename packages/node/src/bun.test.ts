import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createEmulator } from "@intercom-events/emulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { conformanceCases } from "../../core/tests/conformance.ts";
import { CONFORMANCE_EMULATOR } from "../../core/tests/conformance-emulator.ts";
import { outboxCases, records } from "../../core/tests/outbox-contract.ts";
import { startLeaser } from "../test/start-leaser.ts";
import { createClient, sqliteOutbox } from "./index.ts";

const emulator = createEmulator(CONFORMANCE_EMULATOR);
const root = join(import.meta.dirname, "..");
const bun = join(root, "node_modules/.bin/bun");
const failures = new Map<string, string | undefined>();
let isOver = false;

beforeAll(async () => {
  const { url } = await emulator.listen();
  // It ends by itself: an unused client keeps no process alive in Bun either.
  const { stdout } = await promisify(execFile)(
    bun,
    ["--conditions=@intercom-events/source", join(root, "test/conformance.bun.ts"), url],
    { timeout: 60_000, shell: process.platform === "win32" },
  );
  for (const line of stdout.trim().split("\n")) {
    const { name, failure } = JSON.parse(line) as { name: string; failure?: string };
    failures.set(name, failure);
  }
  isOver = true;
}, 90_000);
afterAll(() => emulator.close());

const cases = [
  ...conformanceCases({ createClient, url: "http://127.0.0.1" }),
  ...outboxCases(() => ({ open: (options) => sqliteOutbox({ ...options, path: "never opened" }) })),
];
for (const { name } of cases) {
  test(`in Bun: ${name}`, () => {
    expect(isOver && failures.has(name)).toBe(true);
    expect(failures.get(name)).toBe(undefined);
  });
}

test("Bun and Node.js see of each other who lives and who was killed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "outbox-bun-"));
  const path = join(folder, "outbox.db");
  const outbox = sqliteOutbox({ path });
  await outbox.append(records(1, 3));
  await outbox.close();
  // The program itself: what npm makes of it ends without it.
  const { stdout } = await promisify(execFile)(bun, ["--print", "process.execPath"], {
    shell: process.platform === "win32",
  });
  const inBun = [stdout.trim(), "--conditions=@intercom-events/source"];
  for (const [one, other] of [[inBun], [undefined, inBun], [inBun, inBun]]) {
    const first = await startLeaser(path, one);
    const meanwhile = await startLeaser(path, other);
    await meanwhile.kill();
    await first.kill();
    const next = await startLeaser(path, other);
    await next.kill();
    expect([first.leased, meanwhile.leased, next.leased]).toEqual([3, 0, 3]);
  }
  expect(readdirSync(folder).filter((name) => name.includes("-owner-"))).toHaveLength(1);
  rmSync(folder, { recursive: true });
});
