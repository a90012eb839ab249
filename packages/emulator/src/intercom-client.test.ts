/** The official client from npm, unchanged, against the emulator over HTTP. */
import { Intercom, IntercomClient, IntercomError } from "intercom-client";
import { afterEach, expect, test } from "vitest";
import { second } from "../test/emulator-bench.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "./index.ts";

const started: Emulator[] = [];
afterEach(() => Promise.all(started.splice(0).map((emulator) => emulator.close())));

async function start(options: EmulatorOptions = {}, token = "right") {
  const emulator = createEmulator({ now: () => second * 1000, tokens: "right", ...options });
  started.push(emulator);
  const { url } = await emulator.listen();
  return { emulator, url, events: new IntercomClient({ token, baseUrl: url, maxRetries: 0 }).events };
}

const event = { event_name: "placed-order", created_at: second };

test("creates by user_id, email and id", async () => {
  const { emulator, events } = await start();
  const [lead] = emulator.putContacts([{ email: "lead@example.com", role: "lead" }]);
  await events.create({ ...event, user_id: "1", metadata: { source: "desktop", items: "3" } });
  await events.create({ ...event, email: "a@example.com" });
  await events.create({ ...event, id: lead?.id ?? "" });
  expect(emulator.events()).toMatchObject([
    { ...event, user_id: "1", metadata: { source: "desktop", items: "3" } },
    { ...event, email: "a@example.com" },
    { ...event, intercom_user_id: lead?.id },
  ]);
  expect(emulator.requests().map(({ status }) => status)).toEqual([202, 202, 202]);
});

test("lists and summarises", async () => {
  const { events } = await start();
  await events.create({ ...event, user_id: "1" });
  await events.create({ ...event, user_id: "1", created_at: second - 1 });
  const list = await events.list({ type: "user", user_id: "1", per_page: 1 });
  expect(list).toMatchObject({ type: "event.list", events: [event], pages: { next: expect.any(String) } });
  const summary = await events.list({ type: "user", user_id: "1", summary: true });
  expect(summary).toMatchObject({ type: "event.summary", events: [{ name: "placed-order", count: 2 }] });
});

test("sets summaries", async () => {
  const { emulator, events } = await start();
  const event_summaries = { event_name: "invited", count: 4, first: second - 9, last: second };
  await events.summaries({ user_id: "1", event_summaries });
  const summary = await events.list({ type: "user", user_id: "1", summary: true });
  expect(summary).toMatchObject({ events: [{ name: "invited", count: 4 }] });
  expect(emulator.events()).toEqual([]);
});

async function failure(promise: Promise<unknown>): Promise<IntercomError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(IntercomError);
  return error as IntercomError;
}

test("401 surfaces as UnauthorizedError", async () => {
  const { events } = await start({}, "wrong");
  const error = await failure(events.list({ type: "user", user_id: "1" }));
  expect(error).toBeInstanceOf(Intercom.UnauthorizedError);
  expect(error).toMatchObject({
    statusCode: 401,
    body: { errors: [{ code: "unauthorized", message: "Access Token Invalid" }] },
  });
});

test("404 surfaces with its code", async () => {
  const { events } = await start({ contacts: "strict" });
  const error = await failure(events.create({ ...event, user_id: "1" }));
  expect(error).toMatchObject({
    statusCode: 404,
    body: { errors: [{ code: "not_found", message: "User Not Found" }] },
  });
});

test("422 surfaces with its code", async () => {
  const { events } = await start({ eventNames: 1 });
  await events.create({ ...event, user_id: "1" });
  const error = await failure(events.create({ ...event, event_name: "another", user_id: "1" }));
  expect(error).toMatchObject({ statusCode: 422, body: { errors: [{ code: "422" }] } });
});

test("429 surfaces with its code and headers", async () => {
  const { events } = await start({ rateLimit: 1 });
  await events.create({ ...event, user_id: "1" });
  const error = await failure(events.create({ ...event, user_id: "1" }));
  expect(error).toMatchObject({ statusCode: 429, body: { errors: [{ code: "rate_limit_exceeded" }] } });
  expect(error.rawResponse?.headers.get("x-ratelimit-reset")).toBe(String(second + 10));
});

test("it retries what a fault made fail, and the event is stored once", async () => {
  const { emulator, url } = await start({ faults: [{ status: 503, times: 1 }] });
  const { events } = new IntercomClient({ token: "right", baseUrl: url, maxRetries: 1 });
  await events.create({ ...event, user_id: "1" });
  expect(emulator.requests().map(({ status }) => status)).toEqual([503, 202]);
  expect(emulator.events()).toHaveLength(1);
});

test("takes the emulator's fetch in place of an address", async () => {
  const emulator = createEmulator({ tokens: "right" });
  const { events } = new IntercomClient({ token: "right", fetch: emulator.fetch });
  await events.create({ ...event, user_id: "1" });
  expect(emulator.events()).toMatchObject([{ ...event, user_id: "1" }]);
});
