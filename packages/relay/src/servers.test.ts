import { once } from "node:events";
import { Agent, createServer, request as nodeRequest, type RequestListener } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { serve } from "@hono/node-server";
import express from "express";
import fastify, { type FastifyRequest } from "fastify";
import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { faultsOfReply } from "../test/contract.ts";
import { identifyByCookie } from "../test/identify-by-cookie.ts";
import { event, resultsOf, type StartedRelay, startRelay } from "../test/start-relay.ts";
import { createRelay, type Relay } from "./index.ts";
import { toFastifyPlugin, toNodeHandler } from "./node.ts";

const PATH = "/intercom/events";

let started: StartedRelay;
const cleanups: (() => unknown)[] = [];
beforeEach(async () => {
  started = await startRelay({ maxBytes: 2000, bodyTimeout: 200 });
  cleanups.push(started.stop);
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const SERVERS: Readonly<Record<string, () => Promise<string>>> = {
  "node:http": () => listen(toNodeHandler(started.relay)),
  Express() {
    const app = express();
    app.all(PATH, toNodeHandler(started.relay));
    return listen(app);
  },
  "Express with body parsers before": () => {
    const app = express();
    app.use(express.json(), express.text(), express.urlencoded());
    app.use("/intercom", express.Router().all("/events", toNodeHandler(started.relay)));
    return listen(app);
  },
  "Express with raw bodies before": () => {
    const app = express();
    app.use(express.raw({ type: () => true }));
    app.all(PATH, toNodeHandler(started.relay));
    return listen(app);
  },
  async Fastify() {
    const app = fastify({ bodyLimit: 100 });
    app.register(toFastifyPlugin(started.relay), { prefix: PATH });
    cleanups.push(() => app.close());
    return app.listen({ host: "127.0.0.1", port: 0 });
  },
  async Hono() {
    const app = new Hono();
    app.all(PATH, (c) => started.relay.fetch(c.req.raw, c));
    const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 });
    await once(server, "listening");
    cleanups.push(() => server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
};

interface Sending {
  readonly body?: unknown;
  readonly type?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
}

async function send(
  origin: string,
  { body, type = "text/plain;charset=UTF-8", method = "POST", headers }: Sending,
) {
  return fetch(`${origin}${PATH}`, {
    method,
    headers: { origin, "content-type": type, cookie: "user=314159", ...headers },
    ...(body !== undefined && {
      body:
        typeof body === "string" || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
    }),
  });
}

describe.each(Object.entries(SERVERS))("%s", (name, start) => {
  test.each(["text/plain;charset=UTF-8", "application/json"])("takes events as %s", async (type) => {
    const origin = await start();
    const reply = await send(origin, {
      type,
      body: { events: [event("a"), event("b"), { event_name: "c" }] },
    });
    expect(await faultsOfReply(reply, 3)).toEqual([]);
    expect((await resultsOf(reply)).map(({ status }) => status)).toEqual([
      "accepted",
      "accepted",
      "rejected",
    ]);
    const stored = await started.stored();
    expect(stored.map(({ event_name, user_id }) => [event_name, user_id])).toEqual([
      ["a", "314159"],
      ["b", "314159"],
    ]);
    expect(started.errors).toEqual([]);
  });

  test("refuses in the words of the contract", async () => {
    const origin = await start();
    const body = { events: [event()] };
    // Parsers and frameworks answer some of these before the relay, in words of their own.
    const isParsed = name.includes("before");
    const cases: readonly (readonly [number, Sending])[] = [
      [403, { body, headers: { origin: "https://evil.example" } }],
      [401, { body, headers: { cookie: "" } }],
      [413, { body: { events: [event("a", { metadata: { a: "x".repeat(3000) } })] } }],
      [400, { body: { events: [] } }],
      ...(isParsed
        ? []
        : ([
            [400, { body: "{", type: "application/json" }],
            [415, { body: "a=b", type: "application/x-www-form-urlencoded" }],
            [415, { body: gzipSync(JSON.stringify(body)), headers: { "content-encoding": "gzip" } }],
          ] as const)),
    ];
    for (const [status, sending] of cases) {
      const reply = await send(origin, sending);
      expect(reply.status).toBe(status);
      expect(await faultsOfReply(reply)).toEqual([]);
    }
    expect(await started.stored()).toEqual([]);
  });

  test("answers a preflight, and other methods by refusing them", async () => {
    const origin = await start();
    const preflight = await send(origin, { method: "OPTIONS" });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-methods")).toBe("POST");
    for (const method of ["GET", "HEAD"]) {
      const got = await send(origin, { method });
      expect(got.status).toBe(name === "Fastify" ? 404 : 405); // Fastify knows no such route.
    }
  });

  test("goes on over the same connection after a body that was too large", async () => {
    const origin = await start();
    for (let i = 0; i < 5; i += 1) {
      const large = await send(origin, { body: "x".repeat(1_500_000) });
      // Parsers of Express have a bound of their own.
      expect(large.status).toBe(413);
      await large.text();
      const reply = await send(origin, { body: { events: [event(`a${i}`)] } });
      expect(await resultsOf(reply)).toEqual([{ status: "accepted" }]);
    }
  });
});

describe.each(["node:http", "Express", "Fastify"])("%s", (name) => {
  const start = SERVERS[name] as () => Promise<string>;

  /** Writes some bytes, and answers the status line of what comes back, or none when the connection ends. */
  async function write(origin: string, begin: string, more: (write: (text: string) => void) => () => void) {
    const socket = connect(Number(new URL(origin).port), "127.0.0.1");
    cleanups.push(() => socket.destroy());
    socket.on("error", () => undefined);
    let text = "";
    socket.on("data", (data) => {
      text += data;
    });
    const host = new URL(origin).host;
    socket.write(
      `POST ${PATH} HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\nCookie: user=1\r\nContent-Type: text/plain\r\n${begin}`,
    );
    const stop = more((chunk) => void (socket.destroyed || socket.write(chunk)));
    await vi.waitUntil(() => text.includes("\r\n\r\n") || socket.destroyed, 10_000);
    const ended = new Promise((resolve) => socket.once("close", resolve));
    return { status: Number(text.split(" ")[1]), stop, ended, socket };
  }

  test("a body that does not come is given up", async () => {
    const { status, ended, stop } = await write(
      await start(),
      "Content-Length: 100\r\n\r\n{",
      () => () => undefined,
    );
    expect(status).toBe(408);
    await ended;
    stop();
  });

  test("a body that comes letter by letter is given up", async () => {
    const { status, stop } = await write(await start(), "Content-Length: 1000\r\n\r\n", (writeMore) => {
      const timer = setInterval(() => writeMore(" "), 10);
      return () => clearInterval(timer);
    });
    stop();
    expect(status).toBe(408);
  });

  test("a body without an end is answered and cut off", async () => {
    const chunk = `3e8\r\n${"x".repeat(1000)}\r\n`;
    const { status, stop, ended } = await write(
      await start(),
      "Transfer-Encoding: chunked\r\n\r\n",
      (writeMore) => {
        const timer = setInterval(() => writeMore(chunk), 1);
        return () => clearInterval(timer);
      },
    );
    expect(status).toBe(413);
    await ended;
    stop();
  });

  test("a sender who goes away harms nobody", async () => {
    const origin = await start();
    for (let i = 0; i < 20; i += 1) {
      const leaving = nodeRequest(`${origin}${PATH}`, {
        method: "POST",
        headers: { origin, cookie: "user=1", "content-type": "text/plain", "content-length": "100" },
      });
      leaving.on("error", () => undefined);
      leaving.write("{");
      await new Promise((resolve) => setTimeout(resolve, 2));
      leaving.destroy();
    }
    expect((await send(origin, { body: { events: [event()] } })).status).toBe(200);
    expect(started.errors).toEqual([]);
  });

  test("a request cannot name another host by its path or its Host", async () => {
    const origin = await start();
    for (const [path, host] of [
      [`//evil.example${PATH}`, undefined],
      [PATH, "evil.example/"],
      [PATH, "user@evil.example"],
      [PATH, "evil.example:80"],
    ]) {
      const { hostname, port } = new URL(origin);
      const asking = nodeRequest({
        hostname,
        port,
        path,
        method: "POST",
        headers: {
          host: host ?? `${hostname}:${port}`,
          origin: "http://evil.example/".slice(0, -1),
          cookie: "user=1",
          "content-type": "text/plain",
        },
      });
      asking.end(JSON.stringify({ events: [event()] }));
      const [reply] = await once(asking, "response");
      reply.resume();
      // The last is the request's own host: then cookies are that host's as well.
      if (host !== "evil.example:80") expect([400, 403, 404]).toContain(reply.statusCode);
    }
    expect((await started.stored()).length).toBeLessThanOrEqual(1);
  });
});

describe.each([toNodeHandler, toFastifyPlugin])("%o refuses", (mount: (...given: never[]) => unknown) => {
  const relay = { fetch: async () => new Response() };
  test.each<[string, unknown[]]>([
    ['"relay" must be a relay, got undefined', []],
    ['"relay" must be a relay, got function', [relay.fetch]],
    ['"options" must be an object, got null', [relay, null]],
    ['"context" must be a function, got object', [relay, { context: {} }]],
    ['"contxt" must be left out, as the options are context, got function', [relay, { contxt: () => 1 }]],
  ])("%s", (message, given) => {
    expect(() => mount(...(given as never[]))).toThrow(new TypeError(`Cannot mount relay: ${message}`));
  });
});

test.each(["before", "while"])("a body that breaks off %s it is read is not waited for", async (when) => {
  const statuses: number[] = [];
  const handle = toNodeHandler({
    async fetch(request) {
      const reply = await started.relay.fetch(request);
      statuses.push(reply.status);
      return reply;
    },
  });
  let leave = (): void => undefined;
  const origin = await listen(async (incoming, response) => {
    incoming.on("error", () => undefined);
    if (when === "while") handle(incoming, response);
    leave();
    await new Promise((resolve) => incoming.once("close", resolve));
    if (when === "before") handle(incoming, response);
  });
  const leaving = nodeRequest(`${origin}${PATH}`, {
    method: "POST",
    headers: { origin, cookie: "user=1", "content-type": "text/plain", "content-length": "100" },
  });
  leave = () => leaving.destroy();
  leaving.on("error", () => undefined);
  leaving.write("{");
  await vi.waitUntil(() => statuses.length > 0, 20_000);
  expect(statuses).toEqual([400]); // 408 says that it was.
});

test("a relay that fails is told to the program, and not available", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const error = new Error("no client");
  const origin = await listen(toNodeHandler({ fetch: () => Promise.reject(error) }));
  expect((await send(origin, { body: {} })).status).toBe(503);
  expect(warn).toHaveBeenCalledWith(expect.any(String), error);
});

test("a body that was read and not kept is told to the program, not to the page", async () => {
  const handle = toNodeHandler(started.relay);
  const origin = await listen((incoming, response) => {
    incoming.resume().on("end", () => handle(incoming, response));
  });
  const reply = await send(origin, { body: { events: [event()] } });
  expect(reply.status).toBe(503);
  expect(await faultsOfReply(reply)).toEqual([]);
  expect(started.errors).toEqual([{ error: expect.any(TypeError), task: "request" }]);
  expect(String(started.errors[0]?.error)).toContain("was read before");
});

test("what a parser leaves of a type that it does not read is no body", async () => {
  const handle = toNodeHandler(started.relay);
  const origin = await listen((incoming, response) => {
    // As Express 4 does after another middleware has read the body.
    incoming.resume().on("end", () => handle(Object.assign(incoming, { body: {} }), response));
  });
  expect((await send(origin, { body: { events: [event()] } })).status).toBe(503);
  expect(String(started.errors[0]?.error)).toContain("was read before");
});

test("a body is taken as it came where a framework keeps that", async () => {
  const handle = toNodeHandler(started.relay);
  const origin = await listen(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    handle(Object.assign(incoming, { rawBody: Buffer.concat(chunks), body: { events: "parsed" } }), response);
  });
  expect(await resultsOf(await send(origin, { body: { events: [event()] } }))).toEqual([
    { status: "accepted" },
  ]);
});

test("a body is read where a middleware has set an encoding", async () => {
  const handle = toNodeHandler(started.relay);
  const origin = await listen((incoming, response) => handle(incoming.setEncoding("utf8"), response));
  const metadata = { city: "Z\u00fcrich \u{1f600}" };
  expect(
    await resultsOf(await send(origin, { body: { events: [event("viewed-pricing", { metadata })] } })),
  ).toEqual([{ status: "accepted" }]);
  expect((await started.stored())[0]).toMatchObject({ metadata });
});

test("a body is read though a middleware listens to it as well", async () => {
  const handle = toNodeHandler(started.relay);
  const heard: string[] = [];
  const origin = await listen((incoming, response) => {
    incoming.on("data", (chunk) => heard.push(String(chunk)));
    handle(incoming, response);
  });
  const body = { events: [event()] };
  expect(await resultsOf(await send(origin, { body }))).toEqual([{ status: "accepted" }]);
  expect(heard.join("")).toBe(JSON.stringify(body));
});

test.each([
  ["before all of it has come", 500_000, 0],
  ["once all of it has come", 1000, 100],
])("a body that the relay does not read is heard by who listens, refused %s", async (_, size, delay) => {
  const handle = toNodeHandler({
    async fetch() {
      await sleep(delay);
      return new Response(null, { status: 403 });
    },
  });
  let heard = 0;
  const origin = await listen((incoming, response) => {
    incoming.on("data", ({ length }) => {
      heard += length;
    });
    handle(incoming, response);
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let turn = 1; turn <= 2; turn += 1) {
    const sending = nodeRequest(origin, { agent, method: "POST", headers: { "content-length": size } });
    sending.end("x".repeat(size));
    const [reply] = await once(sending, "response");
    expect(reply.statusCode).toBe(403);
    reply.resume();
    await vi.waitUntil(() => heard === turn * size, 20_000);
  }
  agent.destroy();
});

describe("the context", () => {
  test("of Express is what the site takes from its request", async () => {
    const { client } = started;
    const relay = createRelay<string | undefined>({
      client,
      events: "any",
      identify: (_request, { context }) => (context === undefined ? null : { userId: context }),
    });
    const app = express();
    app.use((incoming, _response, next) => next(void Object.assign(incoming, { user: "from-middleware" })));
    const context = (incoming: express.Request) => (incoming as express.Request & { user?: string }).user;
    app.all(PATH, toNodeHandler(relay, { context }));
    expect((await send(await listen(app), { body: { events: [event()] } })).status).toBe(200);
    expect((await started.stored())[0]).toMatchObject({ user_id: "from-middleware" });
  });

  test("of Fastify likewise", async () => {
    const { client } = started;
    const relay = createRelay<string>({
      client,
      events: "any",
      identify: (_request, { context }) => (context === undefined ? null : { userId: context }),
    });
    const app = fastify();
    app.decorateRequest("user", "");
    app.addHook("onRequest", async (incoming) => void Object.assign(incoming, { user: "from-hook" }));
    const context = (incoming: FastifyRequest) => (incoming as FastifyRequest & { user: string }).user;
    app.register(toFastifyPlugin(relay, { context }), { prefix: PATH });
    app.post("/other", async (incoming) => incoming.body);
    cleanups.push(() => app.close());
    const origin = await app.listen({ host: "127.0.0.1", port: 0 });
    expect((await send(origin, { body: { events: [event()] } })).status).toBe(200);
    expect((await started.stored())[0]).toMatchObject({ user_id: "from-hook" });
    // What the plugin does to parsers stays in it.
    const other = await fetch(`${origin}/other`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"a":1}',
    });
    expect(await other.json()).toEqual({ a: 1 });
  });

  const context = (): never => {
    throw new Error("no session");
  };
  const MOUNTED: Readonly<Record<string, (relay: Relay) => Promise<string>>> = {
    "node:http": (relay) => listen(toNodeHandler(relay, { context })),
    Fastify(relay) {
      const app = fastify();
      app.register(toFastifyPlugin(relay, { context }), { prefix: PATH });
      cleanups.push(() => app.close());
      return app.listen({ host: "127.0.0.1", port: 0 });
    },
  };

  test.each(Object.entries(MOUNTED))(
    "that throws in %s is told each time, and not available",
    async (_, mount) => {
      const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
      const origin = await mount(started.relay);
      for (let count = 1; count <= 2; count += 1) {
        const reply = await send(origin, { body: { events: [event()] } });
        expect(reply.status).toBe(503);
        expect(await faultsOfReply(reply)).toEqual([]);
        expect(started.errors).toEqual(
          Array(count).fill({ error: new Error("no session"), task: "request" }),
        );
      }
      expect(warn).not.toHaveBeenCalled();
    },
  );

  test.each(Object.entries(MOUNTED))(
    'that throws before a relay without "onError" is told once in %s',
    async (_, mount) => {
      const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
      const origin = await mount({ fetch: (request) => started.relay.fetch(request) });
      for (let count = 1; count <= 2; count += 1) {
        expect((await send(origin, { body: { events: [event()] } })).status).toBe(503);
      }
      expect(warn).toHaveBeenCalledTimes(1);
    },
  );

  test.each<[string, PromiseConstructor]>([
    ["promise", Promise],
    ["promise of another kind, as beside zone.js,", runInNewContext("Promise")],
  ])("that is a %s may reject before anybody waits for it", async (_, Kind) => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    cleanups.push(() => process.off("unhandledRejection", unhandled));
    const error = new Error("no session");
    const errors: unknown[] = [];
    const relay = createRelay<Promise<string>>({
      client: started.client,
      events: "any",
      identify: async (_request, { context }) => ({ userId: (await context) ?? "" }),
      onError: (...told) => errors.push(told),
    });
    const origin = await listen(toNodeHandler(relay, { context: () => Kind.reject<string>(error) }));
    const body = { events: [event()] };
    expect((await send(origin, { body })).status).toBe(503);
    expect((await send(origin, { body, headers: { origin: "https://evil.example" } })).status).toBe(403);
    expect(errors).toEqual([[error, "identify"]]);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test("that is a query, not asked before somebody waits for it, is asked once", async () => {
    let asked = 0;
    const query: PromiseLike<string> = {
      // biome-ignore lint/suspicious/noThenProperty: queries of Mongoose and Knex are such.
      then(...told) {
        asked += 1;
        return Promise.resolve("somebody").then(...told);
      },
    };
    const relay = createRelay<PromiseLike<string>>({
      client: started.client,
      events: "any",
      identify: async (_request, { context }) => ({ userId: (await context) ?? "" }),
    });
    const origin = await listen(toNodeHandler(relay, { context: () => query }));
    expect((await send(origin, { body: { events: [event()] } })).status).toBe(200);
    expect(asked).toBe(1);
  });
});

test("cookies decide who it is, in every server", async () => {
  for (const start of Object.values(SERVERS)) {
    const origin = await start();
    await send(origin, { body: { events: [event()] }, headers: { cookie: "a=b; user=somebody" } });
  }
  for (const { user_id } of await started.stored()) expect(user_id).toBe("somebody");
  expect(identifyByCookie(new Request("http://a", { headers: { cookie: "user=1" } }))).toEqual({
    userId: "1",
  });
});

test.each(Object.entries(SERVERS))("%s hands on the whole address that was asked for", async (_, start) => {
  const relayed = vi.spyOn(started.relay, "fetch");
  const url = `${await start()}${PATH}?tenant=a%2Fb`;
  await (await fetch(url, { method: "POST", body: "{}" })).text();
  expect(relayed.mock.calls.map(([request]) => request.url)).toEqual([url]);
});

test("a request that somebody else has answered meanwhile is left alone", async () => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  cleanups.push(() => process.off("unhandledRejection", unhandled));
  let letGo = (): void => undefined;
  const waiting = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const handler = toNodeHandler({ fetch: () => waiting.then(() => new Response("{}")) });
  const origin = await listen((request, response) => {
    handler(request, response);
    response.writeHead(503).end();
  });
  expect((await fetch(`${origin}/`, { method: "POST", body: "{}" })).status).toBe(503);
  letGo();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(unhandled.mock.calls).toEqual([]);
});
