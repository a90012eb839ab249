import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createBench } from "../test/emulator-bench.ts";
import { servePage } from "./serve-page.ts";

const folder = mkdtempSync(join(tmpdir(), "emulator-page-"));
afterAll(() => rmSync(folder, { recursive: true }));
const directory = (): string => folder;

test("the page's files, which load nothing from elsewhere", () => {
  writeFileSync(join(folder, "index.html"), "<!doctype html>");
  const reply = servePage({ method: "GET", path: "/" }, directory);
  expect(reply).toMatchObject({ status: 200, body: "<!doctype html>" });
  expect(reply?.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(reply?.headers["x-content-type-options"]).toBe("nosniff");
  const policy = reply?.headers["content-security-policy"] ?? "";
  expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; /);
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  // What the default does not stand in for.
  for (const none of ["base-uri", "form-action", "frame-ancestors"])
    expect(policy).toContain(`; ${none} 'none'`);
});

test("a page that was not built is said to be missing", () => {
  const reply = servePage({ method: "GET", path: "/_emulator/page/page.js" }, directory);
  expect(reply?.status).toBe(404);
  expect(reply?.body).toContain("build it first");
});

test.each([
  ["POST", "/"],
  ["GET", "/events"],
  ["GET", "/_emulator/page/../../package.json"],
  ["GET", "/constructor"],
])("%s %s is no file of the page", (method, path) => {
  expect(servePage({ method, path }, directory)).toBeUndefined();
});

test("HEAD says what GET would, in process and over HTTP, and is not recorded", async () => {
  writeFileSync(join(folder, "index.html"), "<!doctype html>");
  const asked = servePage({ method: "HEAD", path: "/" }, directory);
  expect(asked).toEqual(servePage({ method: "GET", path: "/" }, directory));
  const { call, emulator } = createBench();
  const { url } = await emulator.listen();
  for (const reply of [await call("/", { method: "HEAD" }), await fetch(url, { method: "HEAD" })]) {
    expect(reply.status).toBe((await call("/")).status);
    expect(await reply.text()).toBe("");
  }
  expect(emulator.requests()).toEqual([]);
  await emulator.close();
});

test("faults do not meet the page, and it is not recorded", async () => {
  const { call, emulator } = createBench({ faults: [{ status: 503 }] });
  expect((await call("/")).status).not.toBe(503);
  expect(emulator.requests()).toEqual([]);
});
