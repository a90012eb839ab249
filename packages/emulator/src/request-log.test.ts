import { expect, test } from "vitest";
import { createRequestLog, type RecordedRequest } from "./request-log.ts";

const request = { at: 0, body: "", result: "stored", status: 202 } as RecordedRequest;

test("the latest requests are kept, the totals are of all", () => {
  const log = createRequestLog(3);
  for (let at = 0; at < 10; at += 1) log.add({ ...request, at });
  expect(log.list().map(({ at }) => at)).toEqual([7, 8, 9]);
  expect(log.counts()).toMatchObject({ requests: 10, results: { stored: 10 }, statuses: { 202: 10 } });
});

test("long bodies are kept up to 64 MiB, however many requests are asked for", () => {
  const log = createRequestLog(1000);
  const body = "x".repeat(1024 ** 2);
  for (let at = 0; at < 300; at += 1) {
    log.add({ ...request, at, body });
    if (at === 150) expect(log.list()).toHaveLength(64);
  }
  expect(log.list().map(({ at }) => at)).toEqual(Array.from({ length: 64 }, (_, index) => 236 + index));
  expect(log.counts().requests).toBe(300);
});
