import { describe, expect, test } from "vitest";
import { passTime } from "../tests/pass-time.ts";
import { anotherEvent, EVENT, startClient, TOKEN, turn } from "../tests/start-client.ts";
import { encodeEvent } from "./encode-event.ts";
import type { Transport } from "./index.ts";

/** A warning as a whole. */
function warned(sentence: string, eventName?: string): string {
  const which = eventName === undefined ? "" : ` (event "${eventName}")`;
  return `intercom-events: ${sentence}${which}. Further ones like it are only counted and told to listeners.`;
}

const errors = JSON.stringify({
  errors: [{ code: "not_found", message: "User Not Found" }],
  request_id: "req-1",
});

describe("while nobody listens, the first loss of each kind is told", () => {
  test.each([
    [400, "invalid_request (400 not_found: User Not Found, request req-1)"],
    [404, "contact_not_found (404 not_found: User Not Found, request req-1)"],
    [503, "server_error (503 not_found: User Not Found, request req-1)"],
  ])("%i", async (status, reason) => {
    const { client, warnings } = startClient({}, (request) => request.reply(status, errors));
    await client.track(anotherEvent());
    await client.track(anotherEvent());
    expect(warnings).toEqual([warned(`An event was rejected: ${reason}`, "logged-in")]);
    expect(client.stats().rejected).toBe(2);
  });

  test.each([
    [401, "unauthorized"],
    [403, "forbidden"],
  ])("a pause after a %i", async (status, kind) => {
    const { client, warnings } = startClient({}, (request) => request.reply(status, errors));
    client.track(anotherEvent());
    client.track(anotherEvent());
    await turn();
    expect(warnings).toEqual([
      warned(
        `Nothing is being sent: ${kind} (${status} not_found: User Not Found, request req-1); events wait for another token or resume()`,
      ),
    ]);
    expect(client.stats()).toMatchObject({ pending: 2, isPaused: true });
  });

  const unreachable: [unknown, string][] = [
    [new Error("connect ECONNREFUSED 127.0.0.1:9"), "connect ECONNREFUSED 127.0.0.1:9"],
    ["reset", '"reset"'],
    [Symbol("reset"), "symbol"],
    [{ code: "ECONNRESET" }, "an object (Object)"],
  ];
  test.each(unreachable)("no reply: %o", async (cause, reason) => {
    const { client, warnings } = startClient({ transport: () => Promise.reject(cause) });
    await client.track(anotherEvent());
    expect(warnings).toEqual([warned(`An event was rejected: no reply (${reason})`, "logged-in")]);
  });

  test("a timeout", async () => {
    const { client, clock, warnings } = startClient();
    const receipt = client.track(anotherEvent());
    await turn();
    clock.advance(30_000);
    await receipt;
    expect(warnings).toEqual([warned("An event was rejected: no reply in time", "logged-in")]);
  });

  test("a full queue", async () => {
    const { client, warnings } = startClient({ queue: { maxEvents: 1 } });
    for (let index = 0; index < 5; index += 1) client.track(anotherEvent());
    await turn();
    expect(warnings).toEqual([warned("An event was dropped: too many events are waiting", "logged-in")]);
    expect(client.stats().dropped).toBe(4);
  });

  test("a client that is closed", async () => {
    const { client, clock, warnings } = startClient();
    client.track(anotherEvent());
    client.track(anotherEvent());
    const closed = client.close({ timeout: 1 });
    clock.advance(1);
    await closed;
    client.track(anotherEvent());
    expect(warnings).toEqual([warned("An event was dropped: the client was closed", "logged-in")]);
  });

  test("what is invalid, with all that is wrong with it", async () => {
    const { client, warnings } = startClient();
    const event = { eventName: "", userId: 5 } as never;
    client.track(event);
    client.track(event);
    client.track({ ...EVENT, metadata: { a: () => undefined } } as never);
    const encoded = encodeEvent(event, 0);
    if (encoded.ok) throw new Error("It is valid");
    expect(encoded.issues).toHaveLength(2);
    const reasons = encoded.issues.map(({ message }) => message).join("; ");
    expect(warnings).toEqual([
      warned(`An event was not sent: ${reasons}`),
      expect.stringMatching(
        /^intercom-events: An event was not sent: metadata\.a .*function \(event "logged-in"\)\./,
      ),
    ]);
  });

  test("the name of an event is said in part if it is long, and on one line", async () => {
    const { client, warnings } = startClient({}, (request) => request.reply(400));
    await client.track({ ...anotherEvent(), eventName: `a\u2028${"b".repeat(50)}` });
    expect(warnings).toEqual([
      warned("An event was rejected: invalid_request (400)", `a\\u2028${"b".repeat(38)}`),
    ]);
  });

  test("each kind is told once, whatever came between", async () => {
    const statuses = [500, 404, 500, 404, 422, 500];
    const { client, warnings } = startClient({ concurrency: 1 }, (request) =>
      request.reply(statuses.shift() ?? 202),
    );
    for (let index = 0; index < 7; index += 1) client.track(anotherEvent());
    await client.flush();
    expect(warnings.map((text) => text.match(/[a-z]+_?[a-z_]+(?= \(\d)/)?.[0])).toEqual([
      "server_error",
      "contact_not_found",
      "invalid_request",
    ]);
  });

  test("what is accepted is not", async () => {
    const { client, warnings } = startClient({}, (request) => request.reply(202));
    await client.track(anotherEvent());
    expect(warnings).toEqual([]);
  });

  test("a warn that throws harms nothing, and is not asked again", async () => {
    let calls = 0;
    const { client } = startClient({
      transport: (() => Promise.reject(new Error("reset"))) as Transport,
      warn: () => {
        calls += 1;
        throw new Error("broken");
      },
    });
    const outcomes = await Promise.all([
      client.track(anotherEvent()),
      client.track(anotherEvent()),
      client.track(null as never),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "invalid"]);
    expect(calls).toBe(2);
  });
});

describe("who waits in vain is told why, once", () => {
  const WAITING = warned("An event has no outcome yet: server_error (503)", "logged-in");
  const BY_DEFAULT = { retry: {} };

  test.each([undefined, { timeout: 50 }])("but not who waited for others, with %j", async (options) => {
    const { client, intercom, warnings } = startClient(BY_DEFAULT);
    client.track(anotherEvent());
    const flushed = client.flush(options);
    await turn();
    client.track(anotherEvent());
    await turn();
    for (const status of [202, 503]) intercom.open()[0]?.reply(status);
    expect(await flushed).toEqual({ pending: 1 });
    expect(warnings).toEqual([]);
  });

  test.each(["flush", "close"] as const)("by %s", async (method) => {
    const { client, clock, warnings } = startClient(BY_DEFAULT, (request) => request.reply(503));
    client.track(anotherEvent());
    await turn();
    for (let times = 0; times < 2; times += 1) {
      const waited = client[method]({ timeout: 50 });
      await passTime(clock, 50);
      await waited;
    }
    expect(
      warnings.filter((text) => text !== warned("An event was dropped: the client was closed", "logged-in")),
    ).toEqual([WAITING]);
  });

  test("unless a listener has heard of it", async () => {
    const { client, clock, warnings } = startClient(BY_DEFAULT, (request) => request.reply(503));
    client.on("retry", () => undefined);
    client.track(anotherEvent());
    await turn();
    const flushed = client.flush({ timeout: 50 });
    await passTime(clock, 50);
    expect(await flushed).toEqual({ pending: 1 });
    expect(warnings).toEqual([]);
  });

  test("unless the token has been refused since", async () => {
    const { client, clock, intercom, warnings } = startClient(BY_DEFAULT);
    for (let index = 0; index < 2; index += 1) client.track(anotherEvent());
    await turn();
    for (const status of [503, 401]) intercom.open()[0]?.reply(status);
    const flushed = client.flush({ timeout: 50 });
    await passTime(clock, 50);
    expect(await flushed).toEqual({ pending: 2 });
    expect(warnings).toEqual([expect.stringContaining("Nothing is being sent: unauthorized (401)")]);
  });

  test("unless it was told of the outage", async () => {
    const { client, clock, warnings } = startClient(BY_DEFAULT, (request) => request.reply(503));
    client.track(anotherEvent());
    const flushed = client.flush({ timeout: 60_000 });
    await passTime(clock, 60_000, 500);
    expect(await flushed).toEqual({ pending: 1 });
    expect(warnings).toEqual([expect.stringContaining("Nothing could be sent for")]);
  });

  test("and hears nothing where all have ended, or no attempt has failed", async () => {
    const { client, clock, intercom, warnings } = startClient(BY_DEFAULT);
    client.track(anotherEvent());
    await turn();
    intercom.open()[0]?.reply(503);
    await turn();
    await passTime(clock, 500);
    intercom.open()[0]?.reply(202);
    expect(await client.flush({ timeout: 50 })).toEqual({ pending: 0 });
    client.track(anotherEvent());
    const flushed = client.flush({ timeout: 50 });
    await passTime(clock, 50);
    expect(await flushed).toEqual({ pending: 1 });
    expect(warnings).toEqual([]);
  });
});

describe("who listens is told, and nobody is warned", () => {
  test("harms nobody if whoever is warned rejects", async () => {
    const { client } = startClient({ warn: () => Promise.reject(new Error("no log")) });
    expect((await client.track(null as never)).status).toBe("invalid");
    await turn(); // A rejection that nobody handles fails this test.
  });

  test("of losses", async () => {
    const { client, warnings } = startClient({ queue: { maxEvents: 1 } }, (request) => request.reply(500));
    const heard: string[] = [];
    client.on("outcome", ({ outcome }) => heard.push(outcome.status));
    await Promise.all([
      client.track(anotherEvent()),
      client.track(anotherEvent()),
      client.track(null as never),
    ]);
    expect(heard.sort()).toEqual(["dropped", "invalid", "rejected"]);
    expect(warnings).toEqual([]);
  });

  test("until the listener is removed", async () => {
    const { client, warnings } = startClient({}, (request) => request.reply(500));
    const remove = client.on("outcome", () => undefined);
    await client.track(anotherEvent());
    expect(warnings).toHaveLength(0);
    remove();
    await client.track(anotherEvent());
    expect(warnings).toHaveLength(1);
  });

  test("a listener of something else does not count", async () => {
    const { client, warnings } = startClient({}, (request) => request.reply(500));
    client.on("retry", () => undefined);
    client.on("warning", () => undefined);
    await client.track(anotherEvent());
    expect(warnings).toHaveLength(1);
  });
});

describe("what deserves a look", () => {
  const FOLDED = remarkOn({ ...anotherEvent(), eventName: "Logged In" });
  const UNKNOWN = remarkOn({ ...EVENT, plan: "pro" });

  /** What the encoder says about an event that it takes. */
  function remarkOn(event: object): string {
    const encoded = encodeEvent(event, 0);
    if (!encoded.ok || !encoded.warnings[0]) throw new Error("There is nothing to say");
    return encoded.warnings[0].message;
  }

  test("is told once while nobody listens, and the event is sent", async () => {
    const { client, warnings } = startClient({}, (request) => request.reply(202));
    const outcomes = [
      await client.track({ ...anotherEvent(), eventName: "Logged In" }),
      await client.track({ ...anotherEvent(), eventName: "Logged In" }),
      await client.track({ ...anotherEvent(), plan: "pro" } as never),
    ];
    expect(outcomes.map(({ status }) => status)).toEqual(["accepted", "accepted", "accepted"]);
    expect(warnings).toEqual([warned(FOLDED, "Logged In"), warned(UNKNOWN, "logged-in")]);
  });

  test("is told each time to who listens, with the event", async () => {
    const { client, warnings } = startClient({}, (request) => request.reply(202));
    const heard: unknown[] = [];
    const remove = client.on("warning", (payload) => heard.push(payload));
    client.track({ ...anotherEvent(), eventName: "Logged In" });
    client.track({ ...anotherEvent(), eventName: "Logged In" });
    const payload = {
      warnings: [{ path: "eventName", code: "event_name_folded", message: FOLDED }],
      event: { user_id: expect.any(String), event_name: "Logged In", created_at: 1_700_000_000 },
    };
    await turn();
    expect(heard).toEqual([payload, payload]);
    expect(warnings).toEqual([]);
    remove();
    client.track({ ...anotherEvent(), eventName: "Logged In" });
    await turn();
    expect(heard).toHaveLength(2);
    expect(warnings).toEqual([warned(FOLDED, "Logged In")]);
  });

  test("counts keys by the option", async () => {
    const metadata = { a: 1, b: 2, c: 3 };
    for (const [metadataKeys, count] of [
      [2, 1],
      [3, 0],
    ] as const) {
      const { client, warnings } = startClient({ metadataKeys });
      client.track({ ...EVENT, metadata });
      await turn();
      expect(warnings).toHaveLength(count);
    }
  });

  test("is not told of an event that is not taken", async () => {
    const { client } = startClient({ queue: { maxEvents: 1 } });
    const heard: unknown[] = [];
    client.on("warning", (payload) => heard.push(payload));
    client.track(anotherEvent());
    client.track({ ...anotherEvent(), eventName: "Logged In" });
    const closed = client.close({ timeout: 0 });
    client.track({ ...anotherEvent(), eventName: "Logged In" });
    expect(heard).toEqual([]);
    void closed;
  });
});

test("no warning names the token", async () => {
  const { client, warnings } = startClient({}, (request) => request.reply(401));
  client.track(anotherEvent());
  client.track({ ...anotherEvent(), eventName: "Folded" });
  await turn();
  expect(warnings).toHaveLength(2);
  expect(warnings.join()).not.toContain(TOKEN);
});
