import { expect, test } from "vitest";
import { bundle, bundlePublished, sizeOf } from "../test/bundle.ts";

const TRACKER = `export { createTracker, messenger } from "./index.ts"`;

test("importing does nothing: unused, the package leaves no code behind", async () => {
  expect((await bundle(`import "./index.ts"`)).trim()).toBe("");
});

test("a page that converts no decimals does not carry the table of currencies", async () => {
  expect(await bundle(TRACKER)).not.toContain("zmw");
  expect(await bundle(`export { monetaryAmount } from "./index.ts"`)).toContain("zmw");
});

test("nothing of the server client is in a page", async () => {
  const code = await bundle(`export * from "./index.ts"`);
  for (const text of ["Bearer", "openapi", "Intercom-Version", "eval("]) {
    expect(code).not.toContain(text);
  }
});

// Kept just above what they are: more must be on purpose.
test.each([
  ["createTracker, messenger", 4_620],
  ["createTracker, relay", 7_820],
  ["createTracker, messenger, relay, indexedDbOutbox", 11_650],
])("{ %s } stays small, as it is published too", async (names, limit) => {
  const program = `export { ${names} } from "./index.ts"`;
  const [ours, published] = (await Promise.all([bundle(program), bundlePublished(program)])).map(sizeOf);
  expect(ours).toBeLessThan(limit);
  // What core does as it loads is kept, whoever needs it.
  expect((published ?? 0) - (ours ?? 0)).toBeLessThan(150);
});

test("a page that keeps nothing does not carry the outbox", async () => {
  expect(await bundle(`export { createTracker, relay } from "./index.ts"`)).not.toMatch(
    /indexedDB|BroadcastChannel/,
  );
});
