import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { bundle } from "../test/bundle.ts";

test("a page that uses no outbox on IndexedDB carries none of it", async () => {
  const [without, withOutbox] = await Promise.all([
    bundle(`export { createTracker, messenger } from "./index.ts"`),
    bundle(`export { createTracker, messenger, indexedDbOutbox } from "./index.ts"`),
  ]);
  for (const text of ["indexedDB", "onupgradeneeded"]) {
    expect(without).not.toContain(text);
    expect(withOutbox).toContain(text);
  }
});

test("where there is no IndexedDB, as on a server, its calls are refused and nothing else happens", async () => {
  const program = await bundle(`
    import { indexedDbOutbox } from "./index.ts";
    const before = new Set(Reflect.ownKeys(globalThis));
    const outbox = indexedDbOutbox();
    const calls = [
      outbox.counts(),
      outbox.append([]),
      outbox.appendApart([]),
      outbox.clear(),
      outbox.deadLetters().next(),
      outbox.close(),
    ].map((call) => call.then(() => "done", ({ name, code, message }) => [name, code, message]));
    Promise.all(calls).then((answers) => {
      const added = Reflect.ownKeys(globalThis).filter((key) => !before.has(key));
      process.on("exit", () => console.log(JSON.stringify({ answers, added })));
    });
  `);
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
    timeout: 10_000,
  });
  const refusal = (verb: string): string[] => [
    "OutboxError",
    "unsupported",
    `Cannot ${verb}: this page may not use IndexedDB`,
  ];
  expect(JSON.parse(stdout)).toEqual({
    answers: [...["count", "append", "append", "clear", "read dead letters"].map(refusal), "done"],
    added: [],
  });
});
