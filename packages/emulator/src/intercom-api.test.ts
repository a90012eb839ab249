/**
 * What is known of Intercom's side, statement by statement, and what is taken where sources disagree or
 * are silent. The names of the tests are the statements; the README's "Assumptions" has the reasons.
 */
import { describe, expect, test } from "vitest";
import { createBench, event, refusalOf, second } from "../test/emulator-bench.ts";
import type { EmulatorOptions } from "./index.ts";

const lead = { id: "63a0979a5eeebeaf28dd56ba", email: "lead@example.com", role: "lead" } as const;
const list = "/events?type=user&user_id=314159";
const day = 24 * 3600;

/** The reply to one event, by an emulator of its own. */
const reply = (changes: Record<string, unknown>, options: EmulatorOptions = {}) =>
  createBench(options).post(event(changes));

/** The metadata stored of one event. */
async function stored(metadata: Record<string, unknown>): Promise<unknown> {
  const { post, emulator } = createBench();
  expect((await post(event({ metadata }))).status).toBe(202);
  return emulator.events()[0]?.metadata;
}

const summaries = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  user_id: "314159",
  event_summaries: { event_name: "ordered", count: 3, first: second - 100, last: second },
  ...changes,
});
const json = { "content-type": "application/json" };
const postSummaries = (bench: ReturnType<typeof createBench>, body: unknown, headers = {}) =>
  bench.call("/events/summaries", {
    method: "POST",
    body: JSON.stringify(body),
    headers: { ...json, ...headers },
  });

describe("where sources disagree or are silent", () => {
  test("tracked metadata keys: the first 10 are kept, extra ones ignored and not refused", async () => {
    const metadata = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`key${index}`, index]));
    expect(Object.keys((await stored(metadata)) as object)).toEqual(Object.keys(metadata).slice(0, 10));
  });
  test("strings over 255 characters: accepted as they are", async () => {
    const metadata = { long: "x".repeat(300) };
    expect(await stored(metadata)).toEqual(metadata);
  });
  test("key rules: forbidden characters are accepted as they are", async () => {
    const metadata = { "a.b": 1, "$a'": 2, "a[0]": 3 };
    expect(await stored(metadata)).toEqual(metadata);
  });
  test("keys that differ only in case: the first is kept", async () => {
    expect(await stored({ Key: 1, key: 2 })).toEqual({ Key: 1 });
  });
  test("booleans: accepted", async () => {
    expect(await stored({ status: true })).toEqual({ status: true });
  });
  test("null: refused", async () => {
    expect(await refusalOf(await reply({ metadata: { a: null } }))).toEqual([
      400,
      "bad_request",
      "bad 'metadata' parameter",
    ]);
  });
  test.each([[[1]], [{ a: 1 }], [{ url: "x" }]])("arrays, nested objects: %j is refused", async (value) => {
    expect((await reply({ metadata: { a: value } })).status).toBe(400);
  });
  test("a number that is no date by its key is a bare number", async () => {
    expect(await stored({ seen_at: 1_700_000_000 })).toEqual({ seen_at: 1_700_000_000 });
  });
  test("milliseconds: refused as created_at, a plain value under a _date key", async () => {
    expect((await reply({ created_at: 1e11 })).status).toBe(400);
    expect(await stored({ seen_date: 1_700_000_000_000 })).toEqual({ seen_date: 1_700_000_000_000 });
  });
  test("event names: stored as sent, equal without case and with - for . and $", async () => {
    const { post, emulator } = createBench();
    for (const event_name of ["Placed.Order", "placed$order", "PLACED-ORDER"])
      await post(event({ event_name }));
    expect(emulator.events().map(({ event_name }) => event_name)).toEqual(["Placed.Order"]);
  });
  test("window allowance: 1,667 in fixed windows of 10 s", async () => {
    const { post, advance } = createBench();
    advance(9_999);
    const { headers } = await post(event());
    expect([headers.get("x-ratelimit-limit"), headers.get("x-ratelimit-reset")]).toEqual([
      "1667",
      String(second + 10),
    ]);
  });
  test("Retry-After: never sent", async () => {
    const { post } = createBench({ rateLimit: 1 });
    const replies = [await post(event()), await post(event())];
    expect(replies.map(({ status, headers }) => [status, headers.get("retry-after")])).toEqual([
      [202, null],
      [429, null],
    ]);
  });
  test("several identities: id before user_id before email", async () => {
    const { post, emulator } = createBench({ contacts: "strict" });
    const [byId, byUserId] = emulator.putContacts([
      { id: lead.id, user_id: "1" },
      { user_id: "2" },
      { email: "3@example.com" },
    ]);
    await post(event({ id: lead.id, user_id: "2", email: "3@example.com" }));
    await post(event({ user_id: "2", email: "3@example.com" }));
    expect(emulator.events().map(({ intercom_user_id }) => intercom_user_id)).toEqual([
      byId?.id,
      byUserId?.id,
    ]);
  });
  test("5xx: the same body, sent again, is stored once", async () => {
    const { post, emulator } = createBench({ faults: [{ status: 503, times: 1 }] });
    const statuses = [await post(event()), await post(event()), await post(event())];
    expect(statuses.map(({ status }) => status)).toEqual([503, 202, 202]);
    expect(emulator.events()).toHaveLength(1);
  });
  test("page size default: 50", async () => {
    const { post, json: get } = createBench();
    for (let at = 0; at < 51; at += 1) await post(event({ created_at: second - at }));
    expect(await get(list)).toMatchObject({ events: { length: 50 }, pages: { next: expect.any(String) } });
    expect(await get(`${list}&per_page=51`)).toMatchObject({ events: { length: 51 } });
  });
  test("unknown contact on GET: 404 like POST", async () => {
    expect(await refusalOf(await createBench().call(list))).toEqual([404, "not_found", "User Not Found"]);
  });
  test("spec version in headers: 2.14 is one of those accepted", async () => {
    expect((await createBench().post(event(), { "intercom-version": "2.14" })).status).toBe(202);
  });
});

describe("POST /events: request", () => {
  test.each(["event_name", "created_at"])("%s is required", async (field) => {
    const refusal = [400, "parameter_not_found", "missing data parameter"];
    expect(await refusalOf(await reply({ [field]: undefined }))).toEqual(refusal);
  });
  test.each(["id", "user_id", "email"])("%s alone identifies a contact", async (field) => {
    const value = field === "id" ? lead.id : "a@example.com";
    expect((await reply({ user_id: undefined, [field]: value })).status).toBe(202);
  });
  test("one of id, user_id and email is required", async () => {
    expect((await reply({ user_id: undefined })).status).toBe(400);
  });
  test("several identities at once are legal", async () => {
    expect((await reply({ id: lead.id, email: "a@example.com" })).status).toBe(202);
  });
  test("metadata is optional", async () => {
    expect((await reply({})).status).toBe(202);
  });
  test("Content-Type is application/json", async () => {
    expect((await createBench().post(event(), { "content-type": "text/plain" })).status).toBe(415);
  });
  test.each([
    [undefined, 202],
    ["1.0", 202],
    ["1.4", 202],
    ["2.0", 202],
    ["2.17", 202],
    ["Preview", 202],
    ["preview", 400],
    ["1.5", 400],
    ["2.18", 400],
  ])("Intercom-Version %s is answered with %i", async (version, status) => {
    const headers = version === undefined ? {} : { "intercom-version": version };
    expect((await createBench().post(event(), headers)).status).toBe(status);
  });
  test("there is no batch form", async () => {
    const batch = { type: "event.list", data: [event()] };
    expect((await createBench().post(batch)).status).toBe(400);
  });
  test("created is no alias of created_at", async () => {
    expect((await reply({ created_at: undefined, created: second })).status).toBe(400);
  });
  test("the contact must exist, and an event never creates one", async () => {
    const { post, emulator } = createBench({ contacts: "strict" });
    expect(await refusalOf(await post(event()))).toEqual([404, "not_found", "User Not Found"]);
    expect(emulator.contacts()).toEqual([]);
  });
  test("user_id is the customer's own id, id is Intercom's", async () => {
    const { post, emulator } = createBench({ contacts: "strict" });
    const [contact] = emulator.putContacts([{ user_id: "314159" }]);
    expect((await post(event())).status).toBe(202);
    expect((await post(event({ user_id: undefined, id: contact?.id, created_at: 1 }))).status).toBe(202);
    expect((await post(event({ user_id: contact?.id }))).status).toBe(404);
  });
  test("a lead is reached by id only: its email identifies nobody", async () => {
    const { post, emulator } = createBench({ contacts: "strict" });
    emulator.putContacts([{ ...lead, user_id: "lead-1" }]);
    const statuses = await Promise.all(
      [{ id: lead.id }, { email: lead.email }, { user_id: "lead-1" }].map(
        async (named) => (await post(event({ user_id: undefined, ...named }))).status,
      ),
    );
    expect(statuses).toEqual([202, 404, 404]);
  });
  test("several users with one email are a conflict", async () => {
    const { post, emulator } = createBench();
    const email = "a@example.com";
    emulator.putContacts([
      { user_id: "1", email },
      { user_id: "2", email },
    ]);
    expect(await refusalOf(await post(event({ user_id: undefined, email })))).toEqual([
      409,
      "conflict",
      `Multiple existing users match this email address ${email} - must be more specific using user_id`,
    ]);
    expect((await post(event({ user_id: "1", email }))).status).toBe(202);
  });
});

test.each(["/events/", "/events/summaries/"])(
  "1. a path may end in a slash: %s, as in a log of 2016",
  async (path) => {
    const bench = createBench();
    const body = JSON.stringify({ ...event(), ...summaries() });
    expect((await bench.call(path, { method: "POST", body, headers: json })).ok).toBe(true);
  },
);

describe("created_at", () => {
  test.each([
    ["whole seconds", second, 202],
    ["the past, 1970", 0, 202],
    ["the future, 2100", 4_102_444_800, 202],
    ["a fraction", second + 0.5, 400],
    ["a text", String(second), 400],
    ["milliseconds", second * 1000, 400],
    ["negative", -1, 400],
  ])("%s is answered as a Unix time in seconds is", async (_, created_at, status) => {
    expect((await reply({ created_at })).status).toBe(status);
  });
  test("a bad value is named", async () => {
    expect(await refusalOf(await reply({ created_at: "now" }))).toEqual([
      400,
      "bad_request",
      "bad 'created_at' parameter",
    ]);
  });
});

describe("event_name", () => {
  test.each(["loop started", "a".repeat(2000), "äöü €"])("%s is allowed", async (event_name) => {
    expect((await reply({ event_name })).status).toBe(202);
  });
  test("120 names are active at most, known ones keep working, archiving frees a place", async () => {
    const { post, emulator } = createBench();
    for (let name = 0; name < 120; name += 1) await post(event({ event_name: `name-${name}` }));
    expect(await refusalOf(await post(event({ event_name: "one-more" })))).toEqual([
      422,
      "422",
      "Cannot have more than 120 active event names",
    ]);
    expect((await post(event({ event_name: "name-7", created_at: 1 }))).status).toBe(202);
    expect(emulator.events()).toHaveLength(121);
    emulator.archiveEventName("name-7");
    expect((await post(event({ event_name: "one-more" }))).status).toBe(202);
    expect((await post(event({ event_name: "name-7", created_at: 2 }))).status).toBe(422);
  });
});

describe("metadata", () => {
  test.each<[string, unknown]>([
    ["a string", "desktop"],
    ["a number", 3.67],
    ["a link", "https://example.org/ab1de.html"],
    ["a rich link", { url: "https://example.org/ab1de.html", value: "the dude abides" }],
    ["a monetary amount", { amount: 34999, currency: "eur" }],
  ])("%s is a value", async (_, value) => {
    expect(await stored({ key: value })).toEqual({ key: value });
  });
  test("dates, Stripe ids and images are told by their keys, and not checked", async () => {
    const metadata = { contact_date: "soon", stripe_customer: 5, image: "no link" };
    expect(await stored(metadata)).toEqual(metadata);
  });
  test("the first 10 keys count in the order they are sent", async () => {
    const keys = ["z", "y", "x", "w", "v", "u", "t", "s", "r", "q", "a", "b"];
    expect(Object.keys((await stored(Object.fromEntries(keys.map((key) => [key, 1])))) as object)).toEqual(
      keys.slice(0, 10),
    );
  });
  test.each([
    [{ base_amount: [1] }, "found unpermitted parameter: :base_amount"],
    [
      { base_amount: [1], fine: 1, quote_amount: {} },
      "found unpermitted parameters: :base_amount, :quote_amount",
    ],
  ])("%j is refused in the words of Rails", async (metadata, message) => {
    expect(await refusalOf(await reply({ metadata }))).toEqual([400, "parameter_invalid", message]);
  });
  test("invited-friend and invited friend are different keys", async () => {
    const metadata = { "invited-friend": 1, "invited friend": 2 };
    expect(await stored(metadata)).toEqual(metadata);
  });
});

describe("de-duplication", () => {
  test("contact, name and second are the key; metadata is not, and the first wins", async () => {
    const { post, emulator } = createBench();
    for (const items of [1, 2]) expect((await post(event({ metadata: { items } }))).status).toBe(202);
    expect(emulator.events()).toMatchObject([{ metadata: { items: 1 } }]);
    for (const other of [{ user_id: "2" }, { event_name: "b" }, { created_at: second + 1 }])
      await post(event(other));
    expect(emulator.events()).toHaveLength(4);
  });
  test("the contact counts, not the identity it was named by", async () => {
    const { post, emulator } = createBench();
    const email = "a@example.com";
    await post(event({ email }));
    await post(event({ user_id: undefined, email }));
    expect(emulator.events()).toHaveLength(1);
  });
  test("a duplicate is answered with 202 and counts against the rate limit", async () => {
    const { post } = createBench({ rateLimit: 2 });
    const replies = [await post(event()), await post(event()), await post(event())];
    expect(replies.map(({ status }) => status)).toEqual([202, 202, 429]);
  });
  test("workspaces do not share events", async () => {
    const scopes = ["write_events"] as const;
    const { post, emulator } = createBench({
      tokens: [
        { token: "a", scopes },
        { token: "b", scopes, workspace: "w2" },
      ],
    });
    for (const token of ["a", "b"]) await post(event(), { authorization: `Bearer ${token}` });
    expect(emulator.events()).toHaveLength(2);
  });
});

test("3. success: 202 with an empty body, and no event id", async () => {
  const answer = await reply({});
  expect([answer.status, await answer.text(), answer.headers.get("content-type")]).toEqual([202, "", null]);
});

describe("GET /events", () => {
  test.each([
    ["/events?user_id=314159", 400],
    ["/events?type=company&user_id=314159", 400],
    ["/events?type=user", 400],
    [list, 200],
  ])("type=user and an identity are required: %s is answered with %i", async (target, status) => {
    const { post, call } = createBench();
    await post(event());
    expect((await call(target)).status).toBe(status);
  });
  test("a contact is named by user_id, an encoded email or intercom_user_id, a lead too", async () => {
    const { post, json: get, emulator } = createBench();
    emulator.putContacts([lead]);
    await post(event({ email: "a+b@example.com" }));
    await post(event({ user_id: undefined, id: lead.id }));
    const id = emulator.events()[0]?.intercom_user_id;
    for (const named of ["user_id=314159", "email=a%2Bb%40example.com", `intercom_user_id=${id}`]) {
      expect(await get(`/events?type=user&${named}`)).toMatchObject({ events: [{ intercom_user_id: id }] });
    }
    expect(await get(`/events?type=user&intercom_user_id=${lead.id}`)).toMatchObject({ events: [{}] });
  });
  test("events come as posted, with type, an id of their own and intercom_user_id, newest first", async () => {
    const { post, json: get, emulator } = createBench();
    await post(event({ created_at: second - 5, metadata: { a: 1 } }));
    await post(event());
    const { events } = (await get(list)) as { events: Record<string, unknown>[] };
    expect(events).toMatchObject([
      { type: "event", ...event() },
      { type: "event", ...event({ created_at: second - 5, metadata: { a: 1 } }) },
    ]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
    expect(events[0]?.intercom_user_id).toBe(emulator.contacts()[0]?.id);
  });
  test("events older than 90 days are counted and not listed", async () => {
    const { post, json: get } = createBench();
    await post(event({ created_at: second - 90 * day - 1 }));
    await post(event({ created_at: second - 90 * day }));
    expect(await get(list)).toMatchObject({ events: [{ created_at: second - 90 * day }] });
    expect(await get(`${list}&summary=true`)).toMatchObject({ events: [{ count: 2 }] });
  });
  test("pages: next is a full URL in milliseconds and by intercom_user_id, absent at the end; since is there", async () => {
    const { post, json: get, emulator } = createBench();
    for (const created_at of [second, second + 1]) await post(event({ created_at }));
    const id = emulator.contacts()[0]?.id;
    const { pages, ...first } = (await get(`${list}&per_page=1`)) as { pages: Record<string, string> };
    expect(Object.keys(pages)).toEqual(["next", "since"]);
    const next = new URL(pages.next ?? "");
    expect(Object.fromEntries(next.searchParams)).toEqual({
      per_page: "1",
      before: String((second + 1) * 1000),
      intercom_user_id: id,
      type: "user",
    });
    expect(first).toMatchObject({ type: "event.list", events: [{ created_at: second + 1 }] });
    const last = (await get(next.pathname + next.search)) as { pages: Record<string, string> };
    expect(last).toMatchObject({ events: [{ created_at: second }] });
    expect(Object.keys(last.pages)).toEqual(["since"]);
    expect(new URL(pages.since ?? "").searchParams.get("since")).toMatch(/^\d{13}$/);
  });
  test("pages.since leads to what is newer", async () => {
    const { post, json: get } = createBench();
    await post(event());
    const { pages } = (await get(list)) as { pages: { since: string } };
    const { pathname, search } = new URL(pages.since);
    expect(await get(pathname + search)).toMatchObject({ events: [] });
    await post(event({ created_at: second + 1 }));
    expect(await get(pathname + search)).toMatchObject({ events: [{ created_at: second + 1 }] });
  });
  test("summary: names with counts, and times in ISO 8601 with an offset", async () => {
    const { post, json: get, emulator } = createBench();
    await post(event({ email: "a@example.com", created_at: 1_389_913_941 }));
    await post(event({ created_at: 1_389_913_942 }));
    expect(await get(`${list}&summary=true`)).toEqual({
      type: "event.summary",
      email: "a@example.com",
      intercom_user_id: emulator.contacts()[0]?.id,
      user_id: "314159",
      events: [
        {
          name: "placed-order",
          first: "2014-01-16T23:12:21.000+00:00",
          last: "2014-01-16T23:12:22.000+00:00",
          count: 2,
        },
      ],
    });
  });
});

describe("POST /events/summaries", () => {
  test("a count is set, and answered with 200 without a body", async () => {
    const bench = createBench();
    const answer = await postSummaries(bench, summaries());
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    expect(await bench.json(`${list}&summary=true`)).toMatchObject({
      events: [{ name: "ordered", count: 3 }],
    });
  });
  test("the token is checked: 401", async () => {
    const answer = await postSummaries(createBench({ tokens: "right" }), summaries(), {
      authorization: "Bearer a",
    });
    expect(answer.status).toBe(401);
  });
  test("event_summaries is an object, not a list; user_id is the only identity", async () => {
    const { event_summaries } = summaries();
    expect(
      (await postSummaries(createBench(), summaries({ event_summaries: [event_summaries] }))).status,
    ).toBe(400);
    const byEmail = summaries({ user_id: undefined, email: "a@example.com" });
    expect((await postSummaries(createBench(), byEmail)).status).toBe(400);
  });
});

describe("errors", () => {
  test.each<[string, Record<string, unknown> | string, Record<string, string>, EmulatorOptions, unknown[]]>([
    [
      "400 a missing field",
      { event_name: undefined },
      {},
      {},
      ["parameter_not_found", "missing data parameter"],
    ],
    ["400 a bad value", { event_name: 5 }, {}, {}, ["bad_request", "bad 'event_name' parameter"]],
    ["400 invalid JSON", "{", {}, {}, ["parameter_invalid", "Invalid JSON in the request body"]],
    [
      "400 a version that is not there",
      {},
      { "intercom-version": "9.9" },
      {},
      ["intercom_version_invalid", "The requested version could not be found"],
    ],
    ["401 a wrong token", {}, {}, { tokens: "right" }, ["unauthorized", "Access Token Invalid"]],
    [
      "403 a missing scope",
      {},
      {},
      { tokens: [{ token: "test-token", scopes: ["read_events"] }] },
      ["forbidden", "You do not have the required scope (write_events) to access this resource"],
    ],
    ["404 no such contact", {}, {}, { contacts: "strict" }, ["not_found", "User Not Found"]],
    [
      "406 no JSON accepted",
      {},
      { accept: "text/html" },
      {},
      ["media_type_not_acceptable", "The Accept header should send a media type of application/json"],
    ],
    ["422 a name too many", {}, {}, { eventNames: 1 }, ["422", "Cannot have more than 1 active event names"]],
    [
      "429 too many requests",
      {},
      {},
      { rateLimit: 1 },
      ["rate_limit_exceeded", "Exceeded rate limit of 1 in 10_seconds"],
    ],
  ])("%s", async (name, changes, headers, options, [code, message]) => {
    const { post } = createBench(options);
    if (/^4(22|29)/.test(name)) await post(event({ event_name: "first" }));
    const answer = await post(typeof changes === "string" ? changes : event(changes), headers);
    const body = await answer.json();
    expect(answer.status).toBe(Number(name.slice(0, 3)));
    expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
    const request_id = answer.headers.get("x-request-id");
    expect(request_id).toMatch(/^[0-9a-v]{20}$/);
    // Seen without a request id: intercom-ruby#240.
    const id = answer.status === 406 ? {} : { request_id };
    expect(body).toEqual({ type: "error.list", ...id, errors: [{ code, message }] });
  });

  test.each([
    ["PUT", "/events"],
    ["GET", "/nothing"],
  ])("404 Resource Not Found for %s %s, with a wrong method too", async (method, path) => {
    expect(await refusalOf(await createBench().call(path, { method }))).toEqual([
      404,
      "not_found",
      "Resource Not Found",
    ]);
  });
  test("401 carries www-authenticate", async () => {
    const { headers } = await createBench({ tokens: "right" }).post(event());
    expect(headers.get("www-authenticate")).toBe('Basic realm="intercom.io"');
  });
  test.each([502, 504])("%i is a proxy's HTML page, without a request id in it", async (status) => {
    const { post } = createBench({ faults: [{ status }] });
    const answer = await post(event());
    expect([answer.status, answer.headers.get("content-type")]).toEqual([status, "text/html"]);
    expect(await answer.text()).toMatch(/^<html>/);
  });
  test("503 is an error list without a request id", async () => {
    const { post } = createBench({ faults: [{ status: 503 }] });
    expect(await (await post(event())).json()).toEqual({
      type: "error.list",
      errors: [{ code: "service_unavailable", message: "Sorry, the API service is temporarily unavailable" }],
    });
  });
  test("500 may contain an error message", async () => {
    const { post } = createBench({ faults: [{ status: 500 }] });
    expect(await refusalOf(await post(event()))).toEqual([500, "server_error", "Something went wrong"]);
  });
});

describe("rate limits", () => {
  test("an app has 10,000 a minute, a workspace 25,000: 1,667 and 4,167 in 10 s", async () => {
    const { post, emulator } = createBench();
    await post(event());
    expect(emulator.rates().map(({ app, limit }) => [app, limit])).toEqual([
      ["any", 1667],
      [undefined, 4167],
    ]);
  });
  test("X-RateLimit-Reset is a Unix time in seconds that ends in 0", async () => {
    const { post, advance } = createBench();
    advance(4_321);
    expect((await post(event())).headers.get("x-ratelimit-reset")).toBe(String(second + 10));
  });
  test("the rate headers come with authenticated replies only", async () => {
    const { post } = createBench({ tokens: "right" });
    const names = async (token: string) =>
      [...(await post(event(), { authorization: `Bearer ${token}` })).headers.keys()].filter((name) =>
        name.startsWith("x-ratelimit-"),
      );
    expect(await names("wrong")).toEqual([]);
    expect(await names("right")).toEqual(["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"]);
  });
});

test("8. bulk history: POST /bulk/events is gone", async () => {
  const { call } = createBench();
  expect((await call("/bulk/events", { method: "POST", body: "{}", headers: json })).status).toBe(404);
});

describe("authentication and scopes", () => {
  test("Write events submits, Read events lists", async () => {
    const { post, call } = createBench({
      tokens: [
        { token: "w", scopes: ["write_events"] },
        { token: "r", scopes: ["read_events"] },
      ],
    });
    const [w, r] = [{ authorization: "Bearer w" }, { authorization: "Bearer r" }];
    expect([(await post(event(), w)).status, (await post(event(), r)).status]).toEqual([202, 403]);
    expect((await call(list, { headers: r })).status).toBe(200);
    expect((await call(list, { headers: w })).status).toBe(403);
  });
  test("the legacy Basic authorization is not accepted", async () => {
    expect((await createBench().post(event(), { authorization: "Basic YTpi" })).status).toBe(401);
  });
  test.each(["api.intercom.io", "api.eu.intercom.io", "api.au.intercom.io"])(
    "%s is served in process",
    async (host) => {
      const { emulator } = createBench();
      const headers = { authorization: "Bearer t", ...json };
      const request = new Request(`https://${host}/events`, {
        method: "POST",
        headers,
        body: JSON.stringify(event()),
      });
      expect((await emulator.fetch(request)).status).toBe(202);
    },
  );
});

describe("the Messenger", () => {
  const send = (bench: ReturnType<typeof createBench>, fields: Record<string, string>) =>
    bench.call("/messenger/web/events", {
      method: "POST",
      body: new URLSearchParams({ app_id: "a", visitor_id: "v", ...fields }).toString(),
      headers: { authorization: "" },
    });
  const event_list = '{"data":[{"event_name":"looked"}]}';

  test("events come form-encoded with an event_list, and a name alone suffices", async () => {
    const bench = createBench();
    expect((await send(bench, { event_list })).status).toBe(200);
    expect(bench.emulator.events()).toMatchObject([{ event_name: "looked", created_at: second }]);
  });
  test("they belong to the user, or the visitor, whose user_id is usable over REST", async () => {
    const bench = createBench({ contacts: "strict" });
    await send(bench, { event_list });
    await send(bench, { event_list, user_id: "7" });
    expect(bench.emulator.contacts()).toMatchObject([
      { role: "visitor", user_id: "v" },
      { role: "user", user_id: "7" },
    ]);
    expect((await bench.call("/events?type=user&user_id=v")).status).toBe(200);
    expect((await bench.post(event({ user_id: "v" }))).status).toBe(202);
  });
  test("the names are limited with the code 422, as seen there", async () => {
    const bench = createBench({ eventNames: 1 });
    await bench.post(event());
    expect((await refusalOf(await send(bench, { event_list }))).slice(0, 2)).toEqual([422, "422"]);
  });
  test("it does not count against the API's rate limit", async () => {
    const bench = createBench({ rateLimit: 1 });
    for (const name of [1, 2])
      expect((await send(bench, { event_list, user_id: `${name}` })).status).toBe(200);
    expect((await bench.post(event())).status).toBe(202);
  });
});
