import type { RecordedRequest, StoredEvent } from "@intercom-events/emulator";
import { expect, it } from "vitest";
import { EXPECTED_OUTCOMES } from "./expected.ts";
import { countEvents, findProblems, makeRows, type Row } from "./report.ts";

const REQUEST = { at: 0, requestId: "r", method: "POST", path: "/events", headers: {}, status: 202 } as const;

function request(event: object, result: RecordedRequest["result"]): RecordedRequest {
  return { ...REQUEST, body: JSON.stringify(event), result };
}

const LEAD: StoredEvent = {
  type: "event",
  id: "e1",
  event_name: "requested-quote",
  created_at: 1,
  intercom_user_id: "63a0",
  workspace: "default",
};
const BODY = { id: "63a0", event_name: "requested-quote", created_at: 1 };
const TRACKED = { eventName: "requested-quote", contact: "lead 63a0", outcome: "accepted" };

it("says which of two equal events was stored and which ignored", () => {
  const evidence = { events: [LEAD], requests: [request(BODY, "stored"), request(BODY, "duplicate")] };
  const rows = makeRows({ Node: [TRACKED, TRACKED] }, evidence);
  expect(rows).toEqual([
    { runtime: "Node", ...TRACKED, shown: ["(no metadata)"] },
    {
      runtime: "Node",
      ...TRACKED,
      outcome: "accepted, ignored as a duplicate",
      shown: ["(once, as above)"],
    },
  ]);
  expect(countEvents(rows, evidence)).toBe("2 events tracked, 2 sent, 1 stored");
});

it("says that an equal event was not sent again", () => {
  const evidence = { events: [LEAD], requests: [request(BODY, "stored")] };
  const rows = makeRows({ Node: [TRACKED, { ...TRACKED, outcome: "duplicate, not sent" }] }, evidence);
  expect(rows.map(({ shown }) => shown)).toEqual([["(no metadata)"], ["(once, as above)"]]);
  expect(countEvents(rows, evidence)).toBe("2 events tracked, 1 sent, 1 stored");
});

it("says that an event did not arrive, whatever the client says", () => {
  expect(makeRows({ Node: [TRACKED] }, { events: [], requests: [request(BODY, "refused")] })).toEqual([
    { runtime: "Node", ...TRACKED, shown: ["(not stored)"] },
  ]);
});

it("finds the page's events in the Messenger's forms", () => {
  const event_list = JSON.stringify({ data: [{ event_name: "invited-friend", metadata: { items: 3 } }] });
  const body = new URLSearchParams({ app_id: "demo", user_id: "271828", visitor_id: "v", event_list });
  const requests: RecordedRequest[] = [
    { ...REQUEST, path: "/widget/demo", method: "GET", body: "", result: "answered" },
    { ...REQUEST, path: "/messenger/web/events", body: String(body), result: "stored" },
  ];
  const stored = { ...LEAD, event_name: "invited-friend", user_id: "271828", metadata: { items: 3 } };
  const tracked = { eventName: "invited-friend", contact: "user_id 271828", outcome: "accepted" };
  expect(makeRows({ Chromium: [tracked] }, { events: [stored], requests })).toEqual([
    { runtime: "Chromium", ...tracked, shown: ["items 3"] },
  ]);
});

it("finds problems where nothing was sent", () => {
  const problems = findProblems([], { events: [], requests: [request(BODY, "refused")] }, { from: 0, to: 1 });
  expect(problems).toContain("Deno: expected 4 events, got 0");
  expect(problems.filter((problem) => problem.endsWith("not stored"))).toHaveLength(8);
  expect(problems).toContain("the emulator refused POST /events: 202 ");
});

it("finds events that ended otherwise than expected", () => {
  const rows = Object.entries(EXPECTED_OUTCOMES).flatMap(([runtime, outcomes]) =>
    outcomes.map((outcome): Row => ({ ...TRACKED, runtime, outcome, shown: [] })),
  );
  const told = (all: readonly Row[]): string[] =>
    findProblems(all, { events: [], requests: [] }, { from: 0, to: 1 }).filter((problem) =>
      /: expected .*, got /.test(problem),
    );
  expect(told(rows)).toEqual([]);
  const [first, ...others] = rows;
  expect(told([{ ...(first as Row), outcome: "rejected" }, ...others])).toEqual([
    'Node, requested-quote of lead 63a0: expected "accepted", got "rejected"',
  ]);
  expect(told(others)).toEqual(["Node: expected 4 events, got 3"]);
});
