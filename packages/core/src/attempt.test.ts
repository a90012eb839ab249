import { describe, expect, test } from "vitest";
import { EVENT, startClient, TOKEN, turn, unaccounted } from "../tests/start-client.ts";
import type { Outcome, Transport } from "./index.ts";

/** The verdict of an outcome that must be a rejection. */
function verdictOf(outcome: Outcome) {
  if (outcome.status !== "rejected") throw new Error(`Expected a rejection, got ${outcome.status}`);
  return outcome.verdict;
}

function messageOfCause(outcome: Outcome): string {
  const verdict = verdictOf(outcome);
  return verdict.kind === "unreachable" && verdict.cause instanceof Error ? verdict.cause.message : "";
}

function fail(): never {
  throw new Error("broken");
}

const never = new Promise<never>(() => undefined);
const headers = { get: () => null };
const text = async () => "";

describe("a transport that fails is unreachable", () => {
  const table: [string, () => unknown][] = [
    ["throws at once", fail],
    ["rejects", () => Promise.reject(new Error("reset"))],
    ["rejects with undefined", () => Promise.reject(undefined)],
    ["rejects with null", () => Promise.reject(null)],
    ["rejects with a text", () => Promise.reject("reset")],
    [
      "rejects with what cannot be read",
      () => Promise.reject(new Proxy({}, { get: fail, getPrototypeOf: fail })),
    ],
    ["answers null", async () => null],
    ["answers nothing", async () => undefined],
    ["answers at once, and null", () => null],
    ["answers a text", async () => "202"],
    ["answers an empty object", async () => ({})],
    ["answers without text", async () => ({ status: 202, headers })],
    ["answers a text that throws", async () => ({ status: 202, headers, text: fail })],
    ["answers a text that rejects", async () => ({ status: 202, headers, text: async () => fail() })],
    ["answers without headers", async () => ({ status: 202, text })],
    ["answers headers that are null", async () => ({ status: 500, headers: null, text })],
    ["answers headers that throw", async () => ({ status: 500, headers: { get: fail }, text })],
    [
      "answers a status that throws",
      async () => ({
        headers,
        text,
        get status() {
          return fail();
        },
      }),
    ],
  ];

  test.each(table)("%s", async (_, transport) => {
    const { client, clock, warnings } = startClient({ transport: transport as Transport });
    const outcome = await client.track(EVENT);
    expect(outcome).toMatchObject({ status: "rejected", attempts: 1, verdict: { kind: "unreachable" } });
    expect(client.stats()).toMatchObject({ rejectedByVerdict: { unreachable: 1 }, pending: 0, inFlight: 0 });
    expect(clock.timers()).toBe(0);
    expect(warnings).toHaveLength(1);
  });

  test("and says why", async () => {
    const { client } = startClient({ transport: () => Promise.reject(new RangeError("reset")) });
    const verdict = verdictOf(await client.track(EVENT));
    expect(verdict).toMatchObject({ kind: "unreachable", cause: expect.any(Error) });
    const cause = { name: "RangeError", message: "reset" };
    expect(JSON.parse(JSON.stringify(verdict))).toEqual({ kind: "unreachable", cause });
  });

  test("and the next event is sent all the same", async () => {
    let calls = 0;
    const { client } = startClient({
      concurrency: 1,
      transport: (async () =>
        calls++ === 0 ? null : { status: 202, headers, text }) as unknown as Transport,
    });
    const outcomes = await Promise.all([client.track(EVENT), client.track(EVENT)]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "accepted"]);
  });
});

describe("a reply that is odd", () => {
  test.each([
    ["no status", undefined, "server_error"],
    ["NaN", Number.NaN, "server_error"],
    ["0", 0, "server_error"],
    ["999", 999, "server_error"],
    ["a 1xx", 101, "server_error"],
    ["a redirect", 302, "server_error"],
    ["418", 418, "invalid_request"],
  ])("with the status %s is judged by it", async (_, status, kind) => {
    const { client } = startClient({ transport: async () => ({ status: status as number, headers, text }) });
    expect(verdictOf(await client.track(EVENT)).kind).toBe(kind);
  });

  test("is accepted with headers that throw, as its status says so", async () => {
    const get = (name: string) => (name === "x-request-id" ? fail() : null);
    const { client } = startClient({ transport: async () => ({ status: 202, headers: { get }, text }) });
    expect(await client.track(EVENT)).toStrictEqual({ status: "accepted", attempts: 1 });
    expect(unaccounted(client.stats())).toBe(0);
  });

  test("is judged when its text is none", async () => {
    const { client } = startClient({
      transport: async () => ({ status: 404, headers, text: async () => ({}) as string }),
    });
    expect(verdictOf(await client.track(EVENT))).toEqual({
      kind: "contact_not_found",
      status: 404,
      errors: [],
    });
  });
});

describe("a call has its time and no more", () => {
  const hanging: [string, Transport][] = [
    ["a transport that hangs", () => never],
    ["a text that hangs", async () => ({ status: 202, headers, text: () => never })],
  ];

  test.each(hanging)("%s", async (_, transport) => {
    let signal: AbortSignal | undefined;
    const { client, clock } = startClient({
      timeout: 5_000,
      transport: (request) => {
        ({ signal } = request);
        return transport(request);
      },
    });
    const receipt = client.track(EVENT);
    await turn();
    clock.advance(4_999);
    await turn();
    expect([client.stats().pending, signal?.aborted]).toEqual([1, false]);
    clock.advance(1);
    expect(await receipt).toStrictEqual({ status: "rejected", attempts: 1, verdict: { kind: "timeout" } });
    expect(signal?.aborted).toBe(true);
    expect(clock.timers()).toBe(0);
  });

  test("and what comes later changes nothing", async () => {
    const { client, clock, intercom } = startClient({ timeout: 10 });
    const heard: string[] = [];
    client.on("outcome", ({ outcome }) => heard.push(outcome.status));
    const receipt = client.track(EVENT);
    await turn();
    clock.advance(10);
    await turn();
    intercom.sent[0]?.reply(202);
    await turn();
    expect(verdictOf(await receipt).kind).toBe("timeout");
    expect(heard).toEqual(["rejected"]);
    expect(client.stats()).toMatchObject({ accepted: 0, rejected: 1 });
  });

  test("which starts with the call, not with track", async () => {
    const { client, clock, intercom } = startClient({ timeout: 100, concurrency: 1 });
    client.track(EVENT);
    await turn();
    const second = client.track(EVENT);
    clock.advance(99);
    intercom.sent[0]?.reply(202);
    await turn();
    clock.advance(99);
    intercom.sent[1]?.reply(202);
    expect((await second).status).toBe("accepted");
    expect(clock.timers()).toBe(0);
  });
});

describe("a token that is a function", () => {
  test("is asked for each call", async () => {
    const tokens = ["first", "second"];
    const { client, intercom } = startClient({ token: async () => tokens.shift() ?? "third" }, (request) =>
      request.reply(202, '{"type":"event.summary","events":[]}'),
    );
    await client.track(EVENT);
    await client.track(EVENT);
    await client.summaries({ userId: "1" });
    expect(intercom.sent.map((request) => request.headers.authorization)).toEqual([
      "Bearer first",
      "Bearer second",
      "Bearer third",
    ]);
  });

  test.each([
    ["throws", fail],
    ["rejects", () => Promise.reject(new Error("broken"))],
    ["rejects with undefined", () => Promise.reject(undefined)],
  ])("and %s, is unreachable and nothing is sent", async (_, token) => {
    const { client, intercom, warnings } = startClient({ token });
    const message = 'Cannot get the access token: the function given as "token" failed';
    expect(messageOfCause(await client.track(EVENT))).toBe(message);
    expect(warnings.join()).toContain(`no reply (${message})`); // And not what the function says, which may be a token.
    expect(intercom.sent).toHaveLength(0);
  });

  test.each([
    ["", "a string that is empty, or has a space or the like"],
    [`${TOKEN}\n`, "a string that is empty, or has a space or the like"],
    [`${TOKEN}ü`, "a string that is empty, or has a space or the like"],
    [` ${TOKEN}`, "a string that is empty, or has a space or the like"],
    [5, "number 5"],
    [null, "null"],
    [undefined, "undefined"],
    [{ token: TOKEN }, "an object (Object)"],
    [[TOKEN], "an object (Array)"],
    [() => TOKEN, "function"],
  ])("and answers %o, is unreachable and nothing is sent", async (answer, found) => {
    const { client, intercom, warnings } = startClient({ token: () => answer as string });
    const outcome = await client.track(EVENT);
    const message = `Cannot get the access token: the function given as "token" must answer a token, got ${found}`;
    expect(messageOfCause(outcome)).toBe(message);
    expect(intercom.sent).toHaveLength(0);
    expect(warnings.join()).not.toContain(TOKEN);
    expect(warnings[0]).toMatch(`intercom-events: ${message}.`); // Before any event is lost.
  });

  test("that never answers is a timeout, and its late answer sends nothing", async () => {
    let answer: (token: string) => void = () => undefined;
    const token = () =>
      new Promise<string>((resolve) => {
        answer = resolve;
      });
    const { client, clock, intercom, warnings } = startClient({ token, timeout: 100 });
    const receipt = client.track(EVENT);
    await turn();
    clock.advance(100);
    expect(verdictOf(await receipt)).toEqual({ kind: "timeout" });
    const said = 'Cannot get the access token: the function given as "token" has not answered in time.';
    expect(warnings[0]).toContain(said);
    answer(TOKEN);
    await turn();
    expect(intercom.sent).toHaveLength(0);
    expect(clock.timers()).toBe(0);
  });

  test("that has answered is not blamed for a server that does not", async () => {
    const { client, clock, warnings } = startClient({
      token: async () => TOKEN,
      timeout: 100,
      transport: () => new Promise(() => {}),
    });
    const receipt = client.track(EVENT);
    await turn();
    clock.advance(100);
    expect(verdictOf(await receipt)).toEqual({ kind: "timeout" });
    expect(warnings.join()).not.toContain("access token");
  });

  test("is not asked twice at once for one event, and the next event asks again", async () => {
    let asked = 0;
    const { client } = startClient({
      token: () => {
        asked += 1;
        return asked === 1 ? fail() : TOKEN;
      },
      transport: async () => ({ status: 202, headers, text }),
    });
    expect(verdictOf(await client.track(EVENT)).kind).toBe("unreachable");
    expect((await client.track(EVENT)).status).toBe("accepted");
    expect(asked).toBe(2);
  });
});
