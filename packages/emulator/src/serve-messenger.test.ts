import { expect, test } from "vitest";
import { type Bench, createBench, event, refusalOf, second } from "../test/emulator-bench.ts";

const app_id = "abc12345";

function send(bench: Bench, fields: Record<string, string>): Promise<Response> {
  return bench.call("/messenger/web/events", {
    method: "POST",
    body: new URLSearchParams({ app_id, visitor_id: "visitor-1", ...fields }).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded", authorization: "" },
  });
}

const events = (...data: unknown[]): { event_list: string } => ({ event_list: JSON.stringify({ data }) });

test("the script may be loaded by any page", async () => {
  const reply = await createBench().call(`/widget/${app_id}`);
  expect(reply.status).toBe(200);
  expect(reply.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  expect(reply.headers.get("access-control-allow-origin")).toBe("*");
});

test("an event of a visitor belongs to a lead, that of a user to the user, in strict mode too", async () => {
  const bench = createBench({ contacts: "strict" });
  await send(bench, events({ event_name: "looked", metadata: { page: 1 } }));
  await send(bench, events({ event_name: "left" }));
  const reply = await send(bench, {
    ...events({ event_name: "bought" }),
    user_id: "7",
    email: "a@example.com",
  });
  expect([reply.status, reply.headers.get("access-control-allow-origin")]).toEqual([200, "*"]);
  expect([...reply.headers.keys()].join()).not.toContain("ratelimit");
  const [looked, left, bought] = bench.emulator.events();
  expect(looked).toMatchObject({ created_at: second, user_id: "visitor-1", metadata: { page: 1 } });
  expect(left?.intercom_user_id).toBe(looked?.intercom_user_id);
  expect(bought).toMatchObject({ user_id: "7", email: "a@example.com" });
  const list = await bench.json(`/events?type=user&intercom_user_id=${looked?.intercom_user_id}`);
  expect(list).toMatchObject({ events: [{ event_name: "left" }, { event_name: "looked" }] });
  expect((await bench.post(event({ user_id: "7" }))).status).toBe(202);
});

test("an app id that is a token's workspace is that workspace", async () => {
  const bench = createBench({ tokens: [{ token: "t", scopes: ["read_events"], workspace: app_id }] });
  await send(bench, events({ event_name: "a" }));
  await send(bench, { ...events({ event_name: "a" }), app_id: "another" });
  expect(bench.emulator.events().map(({ workspace }) => workspace)).toEqual([app_id, "default"]);
});

test("equal events of one second are one, and names are limited", async () => {
  const bench = createBench({ eventNames: 1 });
  await send(bench, events({ event_name: "a" }, { event_name: "a" }));
  await send(bench, events({ event_name: "A" }));
  expect(await refusalOf(await send(bench, events({ event_name: "b" })))).toEqual([
    422,
    "422",
    "Cannot have more than 1 active event names",
  ]);
  expect(bench.emulator.requests().map(({ result }) => result)).toEqual(["stored", "duplicate", "refused"]);
});

test.each([
  ["no list", {}, 400],
  ["no JSON", { event_list: "{" }, 400],
  ["null", { event_list: "null" }, 400],
  ["no data", { event_list: "{}" }, 400],
  ["no event", events(5), 400],
  ["no name", events({}), 400],
  ["nested metadata", events({ event_name: "a", metadata: { a: {} } }), 400],
  ["nobody", { ...events({ event_name: "a" }), visitor_id: "" }, 400],
])("%s is refused", async (_, fields, status) => {
  const bench = createBench();
  expect((await send(bench, fields as Record<string, string>)).status).toBe(status);
  expect(bench.emulator.events()).toEqual([]);
});
