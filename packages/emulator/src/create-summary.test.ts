import { expect, test } from "vitest";
import { type Bench, createBench, event, refusalOf, second } from "../test/emulator-bench.ts";

const summary = { event_name: "Invited.Friend", count: 5, first: 1671028000, last: 1671028894 };

const post = (bench: Bench, body: unknown): Promise<Response> =>
  bench.call("/events/summaries", {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });

test("a summary is set, answered with an empty 200, and later events add to it", async () => {
  const bench = createBench();
  const reply = await post(bench, { user_id: "1", event_summaries: summary });
  expect([reply.status, await reply.text()]).toEqual([200, ""]);
  await post(bench, { user_id: "1", event_summaries: { ...summary, count: 7 } });
  await bench.post(event({ event_name: "invited-friend", user_id: "1", created_at: second }));
  expect(await bench.json("/events?type=user&user_id=1&summary=true")).toMatchObject({
    events: [
      {
        name: "invited-friend",
        count: 8,
        first: "2022-12-14T14:26:40.000+00:00",
        last: "2023-11-14T22:13:20.000+00:00",
      },
    ],
  });
  expect(bench.emulator.events()).toHaveLength(1);
});

test.each([
  ["not JSON at all", undefined, [400, "parameter_invalid", "Invalid JSON in the request body"]],
  [
    "half a character",
    { user_id: "\ud83d", event_summaries: summary },
    [400, "parameter_invalid", "Invalid JSON in the request body"],
  ],
  ["no user_id", { event_summaries: summary }, [400, "parameter_not_found", "missing data parameter"]],
  [
    "no count",
    { user_id: "1", event_summaries: { ...summary, count: undefined } },
    [400, "parameter_not_found", "missing data parameter"],
  ],
  [
    "a bad count",
    { user_id: "1", event_summaries: { ...summary, count: -1 } },
    [400, "bad_request", "bad 'count' parameter"],
  ],
  [
    "a list",
    { user_id: "1", event_summaries: [summary] },
    [400, "bad_request", "bad 'event_summaries' parameter"],
  ],
])("%s is refused", async (_, body, expected) => {
  expect(await refusalOf(await post(createBench(), body))).toEqual(expected);
});

test("the limit of names and strict contacts hold here too", async () => {
  const full = createBench({ eventNames: 1 });
  await full.post(event());
  expect(await refusalOf(await post(full, { user_id: "1", event_summaries: summary }))).toContain("422");
  const strict = createBench({ contacts: "strict" });
  expect(await refusalOf(await post(strict, { user_id: "1", event_summaries: summary }))).toContain(404);
});
