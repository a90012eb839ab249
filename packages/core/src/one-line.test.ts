import { expect, test } from "vitest";
import { startClient, turn } from "../tests/start-client.ts";
import { oneLine } from "./one-line.ts";

test.each([
  ["an ordinary text: é, 日本, 👍🏽, “quoted”", "an ordinary text: é, 日本, 👍🏽, “quoted”"],
  ["two\r\nlines", "two\\u000d\\u000alines"],
  ["\u001b[2J\u009b31m\u007f", "\\u001b[2J\\u009b31m\\u007f"],
  ["a\u2028b\u2029c", "a\\u2028b\\u2029c"],
  ["\u202egnp.exe\u2066", "\\u202egnp.exe\\u2066"],
  ["x".repeat(1000), "x".repeat(1000)],
  ["x".repeat(1001), `${"x".repeat(1000)}…`],
])("%j is %j", (text, line) => {
  expect(oneLine(text)).toBe(line);
});

const FORGED = "no\n2026-11-29 FATAL the database is gone\u001b[2J";

const refusal = (text: string): string =>
  JSON.stringify({ type: "error.list", errors: [{ code: text, message: text }] });

test("what a server says is one line of a warning", async () => {
  const { client, warnings } = startClient({}, (request) => request.reply(400, refusal(FORGED)));
  client.track({ userId: "1", eventName: "logged-in" });
  await turn();
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain("no\\u000a2026-11-29 FATAL");
  expect(warnings[0]?.split("\n")).toHaveLength(1);
  expect(warnings[0]).not.toContain("\u001b");
});

test("what a server says is one line of an error", async () => {
  const { client } = startClient({}, (request) => request.reply(400, refusal(FORGED)));
  await expect(client.summaries({ userId: "1" })).rejects.toThrow("no\\u000a2026-11-29 FATAL");
});

test("what a program says of itself is one line of a warning", async () => {
  const { client, warnings } = startClient();
  client.track({ userId: "1", eventName: "\u009b31m\u202e", metadata: { "\u202e": Number.NaN } });
  await turn();
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).not.toMatch(/[\u009b\u202e]/);
});
