import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { build } from "esbuild";
import { beforeAll, expect, test } from "vitest";

/** Runs a program in a Node of its own, with this package bundled into it. */
async function runBare(program: string): Promise<{ stdout: string; stderr: string }> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["@intercom-events/source"],
  });
  const [file] = outputFiles;
  return promisify(execFile)(process.execPath, ["--input-type=module", "-e", file?.text ?? ""], {
    timeout: 10_000,
  });
}

let bare: { stdout: string; stderr: string };

beforeAll(async () => {
  bare = await runBare(`
    import { createTracker, indexedDbOutbox, messenger, relay } from "./index.ts";
    const before = new Set(Reflect.ownKeys(globalThis));
    const tracker = createTracker({ route: messenger() });
    const started = performance.now();
    const other = createTracker({ route: relay({ url: "/intercom/events" }), outbox: indexedDbOutbox() });
    other.on("outcome", () => undefined);
    const outcomes = await Promise.all([tracker.track("a"), tracker.track("b"), tracker.track(""), other.track("a")]);
    other.optOut();
    process.on("exit", () => {
      const added = Reflect.ownKeys(globalThis).filter((key) => !before.has(key));
      console.log(JSON.stringify({ outcomes, added, late: performance.now() - started > 2_000 }));
    });
  `);
}, 30_000);

test("on a server, events end as not stored and the process ends by itself", () => {
  const { outcomes, added, late } = JSON.parse(bare.stdout);
  expect(outcomes).toMatchObject([
    { status: "dropped", reason: "not_stored" },
    { status: "dropped", reason: "not_stored" },
    { status: "invalid" },
    { status: "dropped", reason: "not_stored" },
  ]);
  expect(added).toEqual([]);
  expect(late).toBe(false);
});

test("on a server, the first loss of each kind is said once", () => {
  expect(bare.stderr.match(/an event was lost: not_stored/g)).toHaveLength(1);
  expect(bare.stderr.match(/intercom-events:/g)).toHaveLength(2);
});
