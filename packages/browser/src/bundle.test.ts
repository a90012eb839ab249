import { expect, test } from "vitest";
import { bundle } from "../test/bundle.ts";

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

test("a page that keeps nothing does not carry the outbox", async () => {
  expect(await bundle(`export { createTracker, relay } from "./index.ts"`)).not.toMatch(
    /indexedDB|BroadcastChannel/,
  );
});
