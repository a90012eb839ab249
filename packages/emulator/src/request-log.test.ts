import { expect, test } from "vitest";
import { createRequestLog, type RecordedRequest } from "./request-log.ts";

test("the latest requests are kept, the totals are of all", () => {
  const log = createRequestLog(3);
  for (let at = 0; at < 10; at += 1) log.add({ at, result: "stored", status: 202 } as RecordedRequest);
  expect(log.list().map(({ at }) => at)).toEqual([7, 8, 9]);
  expect(log.counts()).toMatchObject({ requests: 10, results: { stored: 10 }, statuses: { 202: 10 } });
});
