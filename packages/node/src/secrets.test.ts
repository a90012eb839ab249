import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { inspect } from "node:util";
import { createEmulator } from "@intercom-events/emulator";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { type Client, createClient, IntercomError, type NodeClientOptions, type Outcome } from "./index.ts";

const TOKEN = "distinctive-token-7f3a91c0";
const EVENT = { userId: "314159", eventName: "Folded" } as const;
const USER = { userId: "314159" } as const;

const emulator = createEmulator({ tokens: TOKEN });
const { url } = await emulator.listen();
const cleanups: (() => unknown)[] = [() => emulator.close()];
afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
afterEach(() => {
  emulator.reset();
  vi.restoreAllMocks();
});

/** Each way a value is likely to end up in a log. */
function printed(value: unknown): string {
  return [
    inspect(value, {
      depth: 10,
      showHidden: true,
      getters: true,
      maxStringLength: null,
      maxArrayLength: null,
    }),
    inspect(value),
    stringOf(() => JSON.stringify(value)),
    stringOf(() => String(value)),
    stringOf(() =>
      JSON.stringify(
        value,
        Reflect.ownKeys(Object(value)).filter((key) => typeof key === "string"),
      ),
    ),
    value instanceof Error ? `${value.stack}${printed(value.cause)}` : "",
  ].join("\n");
}

function stringOf(print: () => unknown): string {
  try {
    return String(print());
  } catch (error) {
    return inspect(error);
  }
}

function expectNoToken(...values: unknown[]): void {
  for (const value of values) {
    const text = printed(value);
    expect(text).not.toContain(TOKEN);
    expect(text).not.toContain(Buffer.from(TOKEN).toString("base64"));
    expect(text).not.toMatch(/Bearer/);
  }
}

/** Does everything a client can do, and answers all that came of it. */
async function useAll(options: Partial<NodeClientOptions>): Promise<{ outcome: Outcome; seen: unknown[] }> {
  const seen: unknown[] = [];
  const warn = vi.spyOn(console, "warn").mockImplementation((...args) => void seen.push(args));
  const retry = { attempts: 1, holdContact: 0 };
  const create = () => createClient({ token: TOKEN, baseUrl: url, timeout: 2_000, retry, ...options });
  const listened: Client = create();
  for (const name of ["outcome", "retry", "paused", "resumed", "warning"] as const) {
    listened.on(name, (payload) => seen.push(payload));
  }
  const quiet = create();
  const receipt = listened.track(EVENT);
  seen.push(receipt, listened, listened.contact(USER), listened.events(USER), listened.stats(), listened.on);
  const reads = [
    listened.summaries(USER),
    listened.createSummary({ ...USER, eventName: "a", count: 1, first: 1, last: 2 }),
    (async () => {
      for await (const event of listened.events(USER)) seen.push(event);
    })(),
  ];
  const failures = await Promise.allSettled(reads);
  for (const failure of failures) {
    if (failure.status === "rejected") expect(failure.reason).toBeInstanceOf(IntercomError);
    seen.push(failure, failure.status === "rejected" ? failure.reason : failure.value);
  }
  const quietReceipt = quiet.track(EVENT);
  for (const [client, open] of [
    [listened, receipt],
    [quiet, quietReceipt],
  ] as const) {
    await vi.waitUntil(() => client.stats().pending === 0 || client.stats().isPaused, 5_000);
    if (client.stats().isPaused) seen.push(await client.close({ timeout: 0 }));
    seen.push(await open);
  }
  const outcome = await receipt;
  seen.push(await quiet.track(null as never));
  expect(warn).toHaveBeenCalled();
  seen.push(await listened.close(), listened, quiet.stats(), await quiet.close());
  if (outcome.status === "rejected" && "cause" in outcome.verdict) seen.push(outcome.verdict.cause);
  return { outcome, seen };
}

/** A server of one's own, and the requests it got. */
async function record(
  reply: (request: IncomingMessage) => { status: number; headers?: Record<string, string> },
) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const { status, headers } = reply(request);
    response.writeHead(status, headers).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { requests, port: (server.address() as AddressInfo).port };
}

async function listenTcp(onData: "reset" | "hang" | "echo"): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => undefined);
    cleanups.push(() => socket.destroy());
    if (onData === "reset") socket.once("data", () => socket.resetAndDestroy());
    if (onData === "echo") socket.pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("the check finds a token wherever it is", () => {
  const hidden = Object.defineProperty({}, "a", { value: { b: [new Map([["c", TOKEN]])] } });
  for (const value of [TOKEN, hidden, new Error(TOKEN), new Error("a", { cause: { token: TOKEN } })]) {
    expect(() => expectNoToken(value)).toThrow();
  }
});

describe("the token is in nothing that can be printed", () => {
  test("when all is well", async () => {
    const { outcome, seen } = await useAll({});
    expect(outcome.status).toBe("accepted");
    expectNoToken(...seen);
  });

  test("when it comes from a function", async () => {
    const { outcome, seen } = await useAll({ token: async () => TOKEN });
    expect(outcome.status).toBe("accepted");
    expectNoToken(...seen);
  });

  test.each([
    ["a line break", `${TOKEN}\n`],
    ["a space", ` ${TOKEN}`],
    ["a letter beyond ASCII", `${TOKEN}ü`],
  ])("when it has %s", async (_, token) => {
    let error: unknown;
    try {
      createClient({ token });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TypeError);
    expectNoToken(error);
    const { outcome, seen } = await useAll({ token: () => token });
    expect(outcome).toMatchObject({ verdict: { kind: "unreachable" } });
    expectNoToken(...seen);
  });

  test("when it is given as the options", () => {
    let error: unknown;
    try {
      createClient(TOKEN as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TypeError);
    expectNoToken(error);
  });

  test.each([404, 422, 500, 503])("when the answer is %i", async (status) => {
    emulator.setFaults([{ status }]);
    const { outcome, seen } = await useAll({});
    expect(outcome).toMatchObject({ verdict: { status } });
    expectNoToken(...seen);
  });

  test.each([401, 403])("when the answer is %i and all waits", async (status) => {
    emulator.setFaults([{ status }]);
    const { outcome, seen } = await useAll({});
    expect(outcome).toEqual({ status: "dropped", reason: "closed" });
    expect(seen).toContainEqual({ verdict: expect.objectContaining({ status }) });
    expectNoToken(...seen);
  });

  test("when the answer is 429 and it is sent again", async () => {
    const headers = { "retry-after": "1" };
    emulator.setFaults([{ status: 429, times: 1, headers, removeHeaders: ["x-ratelimit-remaining"] }]);
    const { outcome, seen } = await useAll({});
    expect(outcome).toMatchObject({ status: "accepted", attempts: 2 });
    expect(seen).toContainEqual(
      expect.objectContaining({ verdict: expect.objectContaining({ status: 429 }) }),
    );
    expectNoToken(...seen);
  });

  test("when nobody listens", async () => {
    const { outcome, seen } = await useAll({ baseUrl: "http://127.0.0.1:9" });
    expect(outcome).toMatchObject({ verdict: { kind: "unreachable" } });
    expectNoToken(...seen);
  });

  test("when the connection is reset", async () => {
    const { outcome, seen } = await useAll({ baseUrl: await listenTcp("reset") });
    expect(outcome).toMatchObject({ verdict: { kind: "unreachable" } });
    expectNoToken(...seen);
  });

  test("when the request comes back as it is, which is no reply", async () => {
    const { outcome, seen } = await useAll({ baseUrl: await listenTcp("echo") });
    expect(outcome).toMatchObject({ verdict: { kind: "unreachable" } });
    expectNoToken(...seen);
  });

  test("when the time is up", async () => {
    const { outcome, seen } = await useAll({ baseUrl: await listenTcp("hang"), timeout: 300 });
    expect(outcome).toMatchObject({ verdict: { kind: "timeout" } });
    expectNoToken(...seen);
  });

  test("when TLS fails", async () => {
    const { outcome, seen } = await useAll({ baseUrl: url.replace("http:", "https:") });
    expect(outcome).toMatchObject({ verdict: { kind: "unreachable" } });
    expectNoToken(...seen);
    expect(emulator.requests()).toHaveLength(0);
  });

  test("when the reply is nonsense", async () => {
    emulator.setFaults([{ status: 200, body: "<html>" }]);
    const { seen } = await useAll({});
    expectNoToken(...seen);
  });
});

describe("a redirect carries the token nowhere", () => {
  test.each([301, 302, 303, 307, 308])("%i", async (status) => {
    const other = await record(() => ({ status: 202 }));
    for (const host of ["127.0.0.1", "localhost"]) {
      const location = `http://${host}:${other.port}/events`;
      const first = await record(() => ({ status, headers: { location } }));
      const { outcome, seen } = await useAll({ baseUrl: `http://127.0.0.1:${first.port}` });
      expect(outcome).toMatchObject({ status: "rejected", verdict: { kind: "server_error", status } });
      expectNoToken(...seen);
      // Each of the two events and the three calls, once.
      expect(first.requests).toHaveLength(5);
    }
    expect(other.requests).toHaveLength(0);
  });

  test("nor does the link to a next page", async () => {
    const other = await record(() => ({ status: 202 }));
    const next = `http://127.0.0.1:${other.port}/events?before=1`;
    emulator.setFaults([
      { method: "GET", times: 1, status: 200, body: { type: "event.list", events: [], pages: { next } } },
    ]);
    await using client = createClient({ token: TOKEN, baseUrl: url });
    await expect(client.events(USER)[Symbol.asyncIterator]().next()).rejects.toBeInstanceOf(IntercomError);
    expect(emulator.requests().map(({ path }) => path)).toEqual([
      "/events?type=user&user_id=314159&per_page=50",
      "/events?before=1",
    ]);
    expect(other.requests).toHaveLength(0);
  });
});
