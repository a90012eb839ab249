import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { createEmulator } from "@intercom-events/emulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { conformanceCases } from "../../core/tests/conformance.ts";
import { CONFORMANCE_EMULATOR } from "../../core/tests/conformance-emulator.ts";
import { outboxCases } from "../../core/tests/outbox-contract.ts";
import { createClient, sqliteOutbox } from "./index.ts";

const emulator = createEmulator(CONFORMANCE_EMULATOR);
const root = join(import.meta.dirname, "..");
const failures = new Map<string, string | undefined>();
let isOver = false;

beforeAll(async () => {
  const { url } = await emulator.listen();
  // It ends by itself: an unused client keeps no process alive in Bun either.
  const { stdout } = await promisify(execFile)(
    join(root, "node_modules/.bin/bun"),
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
