import { expect, test } from "vitest";
import { describeFault, describeScope, remainingFaults } from "./change-faults.ts";

const plain = { headers: {}, removeHeaders: [] };

test("faults that are set go on with the times they have left", () => {
  expect(
    remainingFaults([
      { ...plain, status: 503, times: 3, left: 1 },
      { ...plain, status: 500, times: 1, left: 0 },
      { ...plain, delayMs: 5 },
    ]),
  ).toEqual([
    { ...plain, status: 503, times: 1 },
    { ...plain, delayMs: 5 },
  ]);
});

test.each([
  [{ ...plain, status: 503, left: 1 }, "answer 503", "the next request"],
  [
    { ...plain, reset: "after" as const, path: "/events", left: 2 },
    "reset the connection after the event is stored",
    "the next 2 requests to /events",
  ],
  [
    { removeHeaders: ["x-ratelimit-reset"], headers: { "retry-after": "1" }, status: 429, probability: 0.5 },
    "answer 429, with header retry-after, without header x-ratelimit-reset",
    "every request with probability 0.5",
  ],
  [
    { ...plain, delayMs: 5, method: "GET", contact: { user_id: "7" } },
    "hold back 5 ms",
    "every request to GET of user_id 7",
  ],
  [{ ...plain, status: 500, path: "/events", left: 0 }, "answer 500", "used up"],
])("%j in words", (fault, deed, scope) => {
  expect([describeFault(fault), describeScope(fault)]).toEqual([deed, scope]);
});
