import { transform } from "esbuild";
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

test.each([false, true])(
  "its syntax is known to the browsers that the README names (published: %s)",
  async (isPublished) => {
    const code = await bundle(`export * from "./index.ts"`, { isPublished });
    const forBrowsers = async (target: string | string[]) => {
      // esbuild holds none of them to know all properties of characters.
      const supported = { "regexp-unicode-property-escapes": true };
      return (await transform(code, { target, supported, minify: true })).code;
    };
    expect(await forBrowsers(["chrome93", "edge93", "firefox91", "safari15"])).toBe(
      await forBrowsers("esnext"),
    );
  },
);

test("a page that keeps nothing does not carry the outbox", async () => {
  expect(await bundle(`export { createTracker, relay } from "./index.ts"`)).not.toMatch(
    /indexedDB|BroadcastChannel/,
  );
});
