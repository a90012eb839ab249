import { expect, test } from "vitest";
import { type Bench, createBench, event, origin, refusalOf, second } from "../test/emulator-bench.ts";

interface Page {
  events: { event_name: string; created_at: number; [key: string]: unknown }[];
  pages: { next?: string; since?: string };
}

async function page(bench: Bench, target: string): Promise<Page> {
  return (await bench.json(target)) as unknown as Page;
}

const namesOf = ({ events }: Page): string[] => events.map(({ event_name }) => event_name);

async function benchWith(...events: Record<string, unknown>[]): Promise<Bench> {
  const bench = createBench();
  for (const each of events) await bench.post(event(each));
  return bench;
}

test("events are listed newest first, with the contact's id and without our own fields", async () => {
  const bench = await benchWith(
    { event_name: "b", created_at: second - 1, metadata: { a: 1 } },
    { event_name: "c", created_at: second },
    { event_name: "a", created_at: second - 2 },
    { event_name: "other", user_id: "2" },
  );
  const whole = await page(bench, "/events?type=user&user_id=314159");
  expect(namesOf(whole)).toEqual(["c", "b", "a"]);
  const id = bench.emulator.events()[0]?.intercom_user_id;
  expect(whole.events[1]).toEqual({
    type: "event",
    id: expect.any(String),
    event_name: "b",
    created_at: second - 1,
    user_id: "314159",
    intercom_user_id: id,
    metadata: { a: 1 },
  });
  expect(whole.pages).toEqual({
    since: `${origin}/events?per_page=50&since=${second * 1000 + 1}&intercom_user_id=${id}&type=user`,
  });
});

test("pages.next leads through all events, also through those of one second", async () => {
  const names = ["a", "b", "c", "d", "e"];
  const bench = await benchWith(...names.map((event_name) => ({ event_name })), {
    event_name: "f",
    created_at: 1,
  });
  const seen: string[] = [];
  let target: string | undefined = "/events?type=user&user_id=314159&per_page=2";
  let pages = 0;
  while (target) {
    const found: Page = await page(bench, target);
    seen.push(...namesOf(found));
    target = found.pages.next;
    if (target) expect([...new URL(target).searchParams.keys()]).toContain("intercom_user_id");
    pages += 1;
  }
  expect([seen, pages]).toEqual([["e", "d", "c", "b", "a"], 3]); // "f" is older than 90 days
});

test("pages.since answers what came later, over several pages too", async () => {
  const bench = await benchWith({ event_name: "old" });
  const { since = "" } = (await page(bench, "/events?type=user&user_id=314159&per_page=1")).pages;
  const nothing = await page(bench, since);
  expect(nothing).toMatchObject({ events: [], pages: { since } });
  for (const event_name of ["x", "y"]) await bench.post(event({ event_name }));
  const first = await page(bench, since);
  const next = await page(bench, first.pages.next ?? "");
  expect([namesOf(first), namesOf(next), next.pages.next]).toEqual([["y"], ["x"], undefined]);
});

test("before is exclusive, since inclusive, both in milliseconds", async () => {
  const bench = await benchWith(
    { event_name: "a", created_at: second - 2 },
    { event_name: "b", created_at: second - 1 },
    { event_name: "c", created_at: second },
  );
  const range = `since=${(second - 1) * 1000}&before=${second * 1000}`;
  expect(namesOf(await page(bench, `/events?type=user&user_id=314159&${range}`))).toEqual(["b"]);
});

test("after 90 days an event is counted and not listed", async () => {
  const bench = await benchWith({});
  const days = 24 * 3600 * 1000;
  bench.advance(90 * days);
  expect(await page(bench, "/events?type=user&user_id=314159")).toMatchObject({ events: [{}] });
  bench.advance(1);
  expect(await page(bench, "/events?type=user&user_id=314159")).toEqual({
    type: "event.list",
    events: [],
    pages: {},
  });
  expect(await bench.json("/events?type=user&user_id=314159&summary=true")).toMatchObject({
    events: [{ count: 1 }],
  });
});

test("a summary counts by folded name", async () => {
  const bench = await benchWith(
    { event_name: "Placed.Order", created_at: 1389913941, email: "frodo.baggins@example.com" },
    { event_name: "placed-order", created_at: 1389913940 },
    { event_name: "placed-order", created_at: 1389913940 },
    { event_name: "logged-in", created_at: 1 },
  );
  expect(await bench.json("/events?type=user&email=frodo.baggins%40example.com&summary=true")).toEqual({
    type: "event.summary",
    email: "frodo.baggins@example.com",
    user_id: "314159",
    intercom_user_id: bench.emulator.events()[0]?.intercom_user_id,
    events: [
      {
        name: "placed-order",
        first: "2014-01-16T23:12:20.000+00:00",
        last: "2014-01-16T23:12:21.000+00:00",
        count: 2,
      },
      {
        name: "logged-in",
        first: "1970-01-01T00:00:01.000+00:00",
        last: "1970-01-01T00:00:01.000+00:00",
        count: 1,
      },
    ],
  });
});

const bad = (name: string) => [400, "bad_request", `bad '${name}' parameter`];

test.each([
  ["user_id=314159", bad("type")],
  ["type=lead&user_id=314159", bad("type")],
  ["type=user", [400, "parameter_not_found", "missing data parameter"]],
  ["type=user&email=", bad("email")],
  ["type=user&user_id=314159&per_page=0", bad("per_page")],
  ["type=user&user_id=314159&per_page=x", bad("per_page")],
  ["type=user&user_id=314159&before=-1", bad("before")],
  ["type=user&user_id=314159&since=1.5", bad("since")],
  ["type=user&user_id=314159&summary=maybe", bad("summary")],
  ["type=user&user_id=nobody", [404, "not_found", "User Not Found"]],
  ["type=user&intercom_user_id=nobody&user_id=314159", [404, "not_found", "User Not Found"]],
  ["type=user&user_id=%E0%A4%A", [404, "not_found", "User Not Found"]],
])("GET /events?%s is refused", async (query, expected) => {
  const bench = await benchWith({});
  expect(await refusalOf(await bench.call(`/events?${query}`))).toEqual(expected);
});

test("reading creates no contact", async () => {
  const bench = createBench();
  await bench.call("/events?type=user&user_id=1");
  expect(bench.emulator.stats().contacts).toBe(0);
});
