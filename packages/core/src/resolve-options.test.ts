import { afterEach, describe, expect, test } from "vitest";
import { scriptedTransport } from "../tests/scripted-transport.ts";
import { anotherEvent, EVENT, startClient, TOKEN, turn } from "../tests/start-client.ts";
import { createClient } from "./index.ts";

const { send } = scriptedTransport();
const base = { token: TOKEN, transport: send };

/** Creates a client of options that the compiler would refuse. */
function create(options: unknown): unknown {
  return createClient(options as never);
}

/** What creating a client throws. */
function refusalOf(options: unknown): Error {
  try {
    create(options);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return error as Error;
  }
  throw new Error("It was not refused");
}

const CLIENT_NAMES =
  "token, region, baseUrl, apiVersion, timeout, concurrency, queue, retry, share, outbox, outboxFallback, " +
  "waitUntil, metadataKeys, allowBrowser, warn";
const NAMES = `${CLIENT_NAMES}, transport, release, clock, random, channel, userAgent, runtimeOptions`;
const TOKEN_WANTED = '"token" must be an access token or a function that answers one';
const REGION_WANTED = '"region" must be "us", "eu" or "au"';
const PLAIN_URL = '"baseUrl" must be an absolute address without user, query and fragment';
const SAFE_URL = '"baseUrl" must be an https: address, or http: on a loopback address';
const VERSION_WANTED = '"apiVersion" must be a version such as "2.14", or "Preview"';
const CLOCK_WANTED = '"clock" must be an object with the functions now and after';
const AGENT_WANTED = '"userAgent" must be a text that a header can hold';

describe("options that are wrong are refused by name", () => {
  const table: [given: object, message: string][] = [
    [{ token: undefined }, `${TOKEN_WANTED}, got undefined`],
    [{ token: null }, `${TOKEN_WANTED}, got null`],
    [{ token: 5 }, `${TOKEN_WANTED}, got number 5`],
    [{ token: { token: TOKEN } }, `${TOKEN_WANTED}, got an object (Object)`],
    [{ token: Promise.resolve(TOKEN) }, `${TOKEN_WANTED}, got an object (Promise)`],
    [{ token: "" }, `${TOKEN_WANTED}, got a string that is empty, or has a space or the like`],
    [{ token: `${TOKEN}\n` }, `${TOKEN_WANTED}, got a string that is empty, or has a space or the like`],
    [{ token: ` ${TOKEN}` }, `${TOKEN_WANTED}, got a string that is empty, or has a space or the like`],
    [{ token: `${TOKEN}ü` }, `${TOKEN_WANTED}, got a string that is empty, or has a space or the like`],
    [{ token: `${TOKEN}\u0000` }, `${TOKEN_WANTED}, got a string that is empty, or has a space or the like`],
    [{ region: "de" }, `${REGION_WANTED}, got "de"`],
    [{ region: "" }, `${REGION_WANTED}, got ""`],
    [{ region: "toString" }, `${REGION_WANTED}, got "toString"`],
    [{ region: null }, `${REGION_WANTED}, got null`],
    [{ region: "de", baseUrl: "https://example.org" }, `${REGION_WANTED}, got "de"`],
    [
      { baseUrl: "https://api.intercom.io/events/" },
      '"baseUrl" must be the address before "/events", got "https://api.intercom.io/events/"',
    ],
    [{ baseUrl: null }, `${PLAIN_URL}, got null`],
    [{ baseUrl: 5 }, `${PLAIN_URL}, got number 5`],
    [{ baseUrl: "" }, `${PLAIN_URL}, got ""`],
    [{ baseUrl: "api.intercom.io" }, `${PLAIN_URL}, got "api.intercom.io"`],
    [{ baseUrl: "/events" }, `${PLAIN_URL}, got "/events"`],
    [{ baseUrl: new URL("https://example.org") }, `${PLAIN_URL}, got an object (URL)`],
    [{ baseUrl: "https://example.org/?a=1" }, `${PLAIN_URL}, got one that has them`],
    [{ baseUrl: "https://example.org/#a" }, `${PLAIN_URL}, got one that has them`],
    [{ baseUrl: "https://me@example.org" }, `${PLAIN_URL}, got one that has them`],
    [{ baseUrl: "https://:secret@example.org" }, `${PLAIN_URL}, got one that has them`],
    [{ baseUrl: "http://api.intercom.io" }, `${SAFE_URL}, got "http://api.intercom.io"`],
    [{ baseUrl: "http://127.0.0.1.example.org" }, `${SAFE_URL}, got "http://127.0.0.1.example.org"`],
    [{ baseUrl: "http://localhost.example.org" }, `${SAFE_URL}, got "http://localhost.example.org"`],
    [{ baseUrl: "http://0.0.0.0:4010" }, `${SAFE_URL}, got "http://0.0.0.0:4010"`],
    [{ baseUrl: "http://192.168.0.1" }, `${SAFE_URL}, got "http://192.168.0.1"`],
    [{ baseUrl: "ftp://127.0.0.1" }, `${SAFE_URL}, got "ftp://127.0.0.1"`],
    [{ baseUrl: "ftp://example.org" }, `${SAFE_URL}, got "ftp://example.org"`],
    [{ baseUrl: "file:///etc/passwd" }, `${SAFE_URL}, got "file:///etc/passwd"`],
    [{ baseUrl: "javascript:alert(1)" }, `${SAFE_URL}, got "javascript:alert(1)"`],
    [{ apiVersion: "" }, `${VERSION_WANTED}, got ""`],
    [{ apiVersion: "2" }, `${VERSION_WANTED}, got "2"`],
    [{ apiVersion: "2.14\r\nx-evil: 1" }, `${VERSION_WANTED}, got "2.14\\r\\nx-evil: 1"`],
    [{ apiVersion: 2.14 }, `${VERSION_WANTED}, got number 2.14`],
    [{ apiVersion: null }, `${VERSION_WANTED}, got null`],
    [{ timeout: 0 }, '"timeout" must be a positive integer of at most 2147483647, got number 0'],
    [{ timeout: -1 }, '"timeout" must be a positive integer of at most 2147483647, got number -1'],
    [{ timeout: 0.5 }, '"timeout" must be a positive integer of at most 2147483647, got number 0.5'],
    [{ timeout: Number.NaN }, '"timeout" must be a positive integer of at most 2147483647, got number NaN'],
    [
      { timeout: Number.POSITIVE_INFINITY },
      '"timeout" must be a positive integer of at most 2147483647, got number Infinity',
    ],
    [
      { timeout: 2_147_483_648 },
      '"timeout" must be a positive integer of at most 2147483647, got number 2147483648',
    ],
    [{ timeout: "30" }, '"timeout" must be a positive integer of at most 2147483647, got "30"'],
    [{ concurrency: 0 }, '"concurrency" must be a positive integer, got number 0'],
    [{ concurrency: 1.5 }, '"concurrency" must be a positive integer, got number 1.5'],
    [{ concurrency: "8" }, '"concurrency" must be a positive integer, got "8"'],
    [
      { concurrency: Number.POSITIVE_INFINITY },
      '"concurrency" must be a positive integer, got number Infinity',
    ],
    [{ queue: null }, '"queue" must be an object such as { maxEvents }, got null'],
    [{ queue: 5 }, '"queue" must be an object such as { maxEvents }, got number 5'],
    [{ queue: { maxEvents: 0 } }, '"queue.maxEvents" must be a positive integer, got number 0'],
    [{ queue: { maxEvents: -5 } }, '"queue.maxEvents" must be a positive integer, got number -5'],
    [{ queue: { maxEvents: "5" } }, '"queue.maxEvents" must be a positive integer, got "5"'],
    [
      { queue: { maxEvent: 5 } },
      '"queue.maxEvent" must be one of maxEvents, maxBytes, policy, got an unknown option',
    ],
    [{ queue: { maxBytes: 0.5 } }, '"queue.maxBytes" must be a positive integer, got number 0.5'],
    [
      { queue: { policy: "block" } },
      '"queue.policy" must be "drop_newest", "drop_oldest" or "wait", got "block"',
    ],
    [{ retry: 3 }, '"retry" must be an object such as { attempts }, got number 3'],
    [
      { retry: { retries: 3 } },
      '"retry.retries" must be one of attempts, baseDelay, maxDelay, holdContact, maxAge, got an unknown option',
    ],
    [{ retry: { attempts: 0 } }, '"retry.attempts" must be a positive integer, got number 0'],
    [{ retry: { baseDelay: "1s" } }, '"retry.baseDelay" must be a positive integer, got "1s"'],
    [{ retry: { maxDelay: -1 } }, '"retry.maxDelay" must be a positive integer, got number -1'],
    [{ retry: { holdContact: -1 } }, '"retry.holdContact" must be 0 or a positive integer, got number -1'],
    [{ retry: { maxAge: Number.NaN } }, '"retry.maxAge" must be a positive integer, got number NaN'],
    [{ share: 0 }, '"share" must be a number above 0 and at most 1, got number 0'],
    [{ share: 1.5 }, '"share" must be a number above 0 and at most 1, got number 1.5'],
    [{ share: "1" }, '"share" must be a number above 0 and at most 1, got "1"'],
    [
      { outbox: "events.db" },
      '"outbox" must be an outbox such as sqliteOutbox or denoKvOutbox makes, got "events.db"',
    ],
    [{ outbox: null }, '"outbox" must be an outbox such as sqliteOutbox or denoKvOutbox makes, got null'],
    [{ outboxFallback: true }, '"outboxFallback" must be "drop" or "memory", got boolean true'],
    [{ waitUntil: {} }, '"waitUntil" must be a function, got an object (Object)'],
    [{ random: 4 }, '"random" must be a function, got number 4'],
    [{ channel: {} }, '"channel" must be a function, got an object (Object)'],
    [{ metadataKeys: 0 }, '"metadataKeys" must be a positive integer, got number 0'],
    [{ metadataKeys: [10] }, '"metadataKeys" must be a positive integer, got an object (Array)'],
    [{ allowBrowser: "yes" }, '"allowBrowser" must be a boolean, got "yes"'],
    [{ allowBrowser: 1 }, '"allowBrowser" must be a boolean, got number 1'],
    [{ warn: console }, '"warn" must be a function, got an object (console)'],
    [{ warn: false }, '"warn" must be a function, got boolean false'],
    [{ transport: undefined }, '"transport" must be a function, got undefined'],
    [{ transport: { send } }, '"transport" must be a function, got an object (Object)'],
    [{ release: 5 }, '"release" must be a function, got number 5'],
    [{ clock: null }, `${CLOCK_WANTED}, got null`],
    [{ clock: Date }, `${CLOCK_WANTED}, got function`],
    [{ clock: { now: () => 0 } }, `${CLOCK_WANTED}, got an object (Object)`],
    [{ userAgent: "" }, `${AGENT_WANTED}, got ""`],
    [{ userAgent: "a\r\nx-evil: 1" }, `${AGENT_WANTED}, got "a\\r\\nx-evil: 1"`],
    [{ userAgent: 5 }, `${AGENT_WANTED}, got number 5`],
    [{ tokn: TOKEN }, `"tokn" must be one of ${NAMES}, got an unknown option`],
    [{ retries: undefined }, `"retries" must be one of ${NAMES}, got an unknown option`],
    [
      { tokn: TOKEN, runtimeOptions: ["keepAlive"] },
      `"tokn" must be one of ${CLIENT_NAMES}, keepAlive, got an unknown option`,
    ],
  ];

  test.each(table)("%# %o", (given, message) => {
    expect(refusalOf({ ...base, ...given }).message).toBe(`Cannot create client: ${message}`);
  });

  test.each([
    [undefined, "undefined"],
    [null, "null"],
    [5, "number"],
    [TOKEN, "string"],
    [() => TOKEN, "function"],
  ])("the options as a whole: %o", (options, found) => {
    const { message } = refusalOf(options);
    expect(message).toBe(
      `Cannot create client: the options must be an object such as { token }, got ${found}`,
    );
  });

  test.each(["", "\n", "ü", " ", "\u0000"])("no message names a token that ends in %o", (end) => {
    for (const options of [{ ...base, token: TOKEN + end }, TOKEN + end, { ...base, token: [TOKEN + end] }]) {
      if (typeof options === "object" && options.token === TOKEN) continue;
      expect(refusalOf(options).message).not.toContain(TOKEN);
    }
  });

  test("no message names a password", () => {
    const { message } = refusalOf({ ...base, baseUrl: "https://me:password@example.org" });
    expect(message).not.toContain("password");
  });
});

describe("where calls go", () => {
  test.each([
    [{}, "https://api.intercom.io/events"],
    [{ region: "us" }, "https://api.intercom.io/events"],
    [{ region: "eu" }, "https://api.eu.intercom.io/events"],
    [{ region: "au" }, "https://api.au.intercom.io/events"],
    [{ region: undefined, baseUrl: undefined }, "https://api.intercom.io/events"],
    [{ region: "eu", baseUrl: undefined }, "https://api.eu.intercom.io/events"],
    [{ region: "eu", baseUrl: "http://127.0.0.1:4010" }, "http://127.0.0.1:4010/events"],
    [{ baseUrl: "https://example.org" }, "https://example.org/events"],
    [{ baseUrl: "https://example.org/proxy/intercom//" }, "https://example.org/proxy/intercom/events"],
    [{ baseUrl: "HTTPS://Example.org:443" }, "https://example.org/events"],
    [{ baseUrl: "http://localhost:4010/" }, "http://localhost:4010/events"],
    [{ baseUrl: "http://127.0.0.1:4010" }, "http://127.0.0.1:4010/events"],
    [{ baseUrl: "http://127.9.8.7" }, "http://127.9.8.7/events"],
    [{ baseUrl: "http://[::1]:4010" }, "http://[::1]:4010/events"],
  ] as const)("%o", async (options, url) => {
    const { client, intercom } = startClient(options);
    client.track(EVENT);
    await turn();
    expect(intercom.sent.map((request) => [request.method, request.url])).toEqual([["POST", url]]);
  });

  test("the headers name the version, the type, the token and us", async () => {
    const { client, intercom } = startClient({ apiVersion: "Preview", userAgent: "intercom-events-test" });
    client.track(EVENT);
    await turn();
    expect(intercom.sent[0]?.headers).toEqual({
      accept: "application/json",
      authorization: `Bearer ${TOKEN}`,
      "content-type": "application/json",
      "intercom-version": "Preview",
      "user-agent": "intercom-events-test",
    });
  });

  test("each has a default", async () => {
    const { client, intercom, clock } = startClient({
      timeout: undefined,
      concurrency: undefined,
      queue: { maxEvents: undefined },
      metadataKeys: undefined,
      allowBrowser: undefined,
      release: undefined,
      apiVersion: undefined,
      userAgent: undefined,
    });
    // Four may be under way before the first reply, and one more with each.
    for (let index = 0; index < 60; index += 1) client.track(anotherEvent());
    while (client.stats().pending > 0) {
      await turn();
      for (const request of intercom.open()) request.reply(202);
      await turn();
    }
    const receipts = Array.from({ length: 65 }, () => client.track(anotherEvent()));
    await turn();
    expect(intercom.open()).toHaveLength(64);
    expect(intercom.sent[0]?.headers).toMatchObject({
      "intercom-version": "2.14",
      "user-agent": "intercom-events",
    });
    clock.advance(29_999);
    await turn();
    expect(client.stats().rejected).toBe(0);
    clock.advance(1);
    expect(await receipts[0]).toEqual({ status: "rejected", verdict: { kind: "timeout" }, attempts: 1 });
  });
});

describe("in a page", () => {
  afterEach(() => {
    Reflect.deleteProperty(globalThis, "window");
    Reflect.deleteProperty(globalThis, "document");
  });

  function fake(...names: string[]): void {
    for (const name of names)
      Object.defineProperty(globalThis, name, { value: globalThis, configurable: true });
  }

  const MESSAGE =
    "Cannot create client: this is a page, whose visitors could read the access token; " +
    'use @intercom-events/browser, or set "allowBrowser" to true if this page is private; ' +
    'if it is a test of a server, run it in the environment "node": // @vitest-environment node';

  test("there is no client", () => {
    fake("window", "document");
    expect(refusalOf(base).message).toBe(MESSAGE);
    expect(refusalOf({ ...base, allowBrowser: false }).message).toBe(MESSAGE);
    expect(refusalOf({ ...base, token: () => TOKEN }).message).toBe(MESSAGE);
  });

  test("there is one if that is wanted", () => {
    fake("window", "document");
    expect(create({ ...base, allowBrowser: true })).toHaveProperty("track");
  });

  test.each(["window", "document"])("a %s alone makes no page", (name) => {
    fake(name);
    expect(create(base)).toHaveProperty("track");
  });
});
