import { AsyncLocalStorage, createHook } from "node:async_hooks";
import { spawn } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import dns from "node:dns";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import {
  type AddressInfo,
  createConnection,
  createServer as createTcpServer,
  getDefaultAutoSelectFamilyAttemptTimeout,
  type Socket,
  setDefaultAutoSelectFamilyAttemptTimeout,
  type Server as TcpServer,
} from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Client, createClient, IntercomError, type NodeClientOptions, type Outcome } from "./index.ts";
import { createNodeTransport } from "./transport.ts";

const EVENT = { userId: "314159", eventName: "logged-in" } as const;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** What listens, and the connections it got. */
interface Listening {
  readonly url: string;
  readonly connections: readonly Socket[];
}

async function listen(server: Server | TcpServer): Promise<Listening> {
  const connections: Socket[] = [];
  server.on("connection", (socket: Socket) => {
    socket.on("error", () => undefined);
    connections.push(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => {
    for (const socket of connections) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections };
}

/** A server whose replies are written by hand. */
function listenHttp(listener: RequestListener): Promise<Listening> {
  const server = createServer(listener);
  server.keepAliveTimeout = 600_000;
  return listen(server);
}

/** A server that answers each connection's first data with these bytes, and leaves the connection open. */
function listenRaw(...replies: string[]): Promise<Listening> {
  return listen(
    createTcpServer((socket) => {
      socket.once("data", () => {
        for (const reply of replies) socket.write(reply);
      });
    }),
  );
}

function connect(url: string, options: Partial<NodeClientOptions> = {}): Client {
  const client = createClient({
    token: "token",
    baseUrl: url,
    warn: () => undefined,
    retry: { attempts: 1, holdContact: 0 },
    ...options,
  });
  cleanups.push(() => client.close({ timeout: 0 }));
  return client;
}

function causeOf(outcome: Outcome): unknown {
  if (outcome.status !== "rejected" || outcome.verdict.kind !== "unreachable") {
    throw new Error(`Expected it to be unreachable, got ${JSON.stringify(outcome)}`);
  }
  return outcome.verdict.cause;
}

/** A server that, once told to wait for so many milliseconds, takes no connections for that time, as if far away. */
const SLOW_SERVER = `
  const server = require("node:http").createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(202).end());
  });
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => process.send(server.address().port));
  const wait = (time) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, time);
  process.on("message", (time) => process.send("waiting", () => setTimeout(wait, 20, time)));
`;

/** Waits until the other side has ended a connection. */
async function closed(socket: Socket | undefined): Promise<void> {
  if (socket && !socket.closed) await new Promise((resolve) => socket.once("close", resolve));
}

describe("connections", () => {
  test("are not opened for a call that ended before the first one was ready", async () => {
    const { url, connections } = await listenHttp((_, response) => response.writeHead(202).end());
    const client = connect(url);
    const receipt = client.track(EVENT);
    while (client.stats().inFlight === 0) await Promise.resolve();
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 0, dropped: 1 });
    expect(await receipt).toEqual({ status: "dropped", reason: "closed" });
    await sleep(200);
    expect(connections).toHaveLength(0);
  });

  // Others answer for a program whose queue of connections is full.
  test.skipIf(process.platform !== "linux").each([
    ["longer than Node.js does by default", 700, getDefaultAutoSelectFamilyAttemptTimeout()],
    ["as long as the program has Node.js wait", 2500, 5000], // Linux tries after 1, 3 and 7 seconds.
  ])("are waited for %s, where a host has several addresses", async (_, time, attemptTimeout) => {
    const before = getDefaultAutoSelectFamilyAttemptTimeout();
    setDefaultAutoSelectFamilyAttemptTimeout(attemptTimeout);
    cleanups.push(() => setDefaultAutoSelectFamilyAttemptTimeout(before));
    const child = spawn(process.execPath, ["-e", SLOW_SERVER], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    cleanups.push(() => child.kill());
    const [port] = await once(child, "message");
    vi.spyOn(dns, "lookup").mockImplementation(((
      _host: string,
      _options: object,
      callback: (...found: unknown[]) => void,
    ) => {
      callback(null, [
        { address: "127.0.0.1", family: 4 },
        { address: "::1", family: 6 }, // Nobody listens there.
      ]);
    }) as typeof dns.lookup);
    cleanups.push(() => vi.restoreAllMocks());
    child.send(time, () => undefined);
    await once(child, "message");
    await sleep(60);
    for (let number = 0; number < 3; number += 1) {
      const socket = createConnection(port, "127.0.0.1").on("error", () => undefined);
      cleanups.push(() => socket.destroy());
    }
    await sleep(50);
    const client = connect(`http://localhost:${port}`);
    expect((await client.track(EVENT)).status).toBe("accepted");
  });

  test("are not waited for by a call that was given up, which is not made later", async () => {
    const calls: (string | undefined)[] = [];
    let reply = (): void => undefined;
    const { url } = await listenHttp((request, response) => {
      calls.push(request.url);
      reply = () => void response.writeHead(202).end();
      if (calls.length > 1) reply();
    });
    const transport = createNodeTransport({ connections: 1, keepAlive: 600_000, warn: expect.unreachable });
    cleanups.push(transport.close);
    let cancel = (): void => undefined;
    const call = (path: string) =>
      transport.send({
        method: "GET",
        url: url + path,
        headers: {},
        onCancel: (listener) => {
          cancel = listener;
        },
      });
    const first = call("/first");
    while (calls.length === 0) await sleep(10);
    const second = call("/second");
    cancel();
    await expect(second).rejects.toThrow("The request was cancelled");
    reply();
    await first;
    await call("/third");
    expect(calls).toEqual(["/first", "/third"]);
  });

  // A reply may be there a moment before its connection is free again, and then another one is opened.
  test.each([
    { concurrency: 1, most: 1 },
    { concurrency: 3, most: 2 },
  ])("are kept for the next event: $concurrency allowed", async ({ concurrency, most }) => {
    const { url, connections } = await listenHttp((request, response) => {
      request.resume().on("end", () => response.writeHead(202).end());
    });
    const client = connect(url, { concurrency, keepAlive: 600_000 });
    for (let index = 0; index < 20; index += 1) expect((await client.track(EVENT)).status).toBe("accepted");
    expect(connections.length).toBeLessThanOrEqual(most);
  });

  test("are kept no longer than told, whatever the server says", async () => {
    const { url, connections } = await listenHttp((_, response) => response.writeHead(202).end());
    const client = connect(url, { keepAlive: 100 });
    await client.track(EVENT);
    await Promise.race([closed(connections[0]), sleep(5000)]);
    expect(connections[0]?.closed).toBe(true);
  });

  test.each([1, 3])(
    "that were idle too long are not used, though nothing could end them in time: %d allowed",
    async (allowed) => {
      const { url, connections } = await listenHttp((_, response) => response.writeHead(202).end());
      const transport = createNodeTransport({
        connections: allowed,
        keepAlive: 100,
        warn: expect.unreachable,
      });
      cleanups.push(transport.close);
      const call = () => transport.send({ method: "GET", url, headers: {} });
      await call();
      await sleep(20); // Now it is idle.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150); // As if the program was frozen.
      await call();
      expect(connections).toHaveLength(2);
      await closed(connections[0]);
    },
  );

  test("are idle from the end of a call on, however long it has taken", async () => {
    const { url, connections } = await listenHttp((_, response) => {
      setTimeout(() => response.writeHead(202).end(), 700);
    });
    const transport = createNodeTransport({ connections: 1, keepAlive: 600, warn: expect.unreachable });
    cleanups.push(transport.close);
    const call = () => transport.send({ method: "GET", url, headers: {} });
    await call();
    await call();
    expect(connections).toHaveLength(1);
  });

  test("are left to a call that takes longer than others may be idle", async () => {
    let reply: (() => void) | undefined;
    const { url } = await listenHttp((request, response) => {
      if (request.url === "/slow") reply = () => void response.writeHead(202).end();
      else response.writeHead(202).end();
    });
    const transport = createNodeTransport({ connections: 2, keepAlive: 50, warn: expect.unreachable });
    cleanups.push(transport.close);
    const call = (path: string) => transport.send({ method: "GET", url: url + path, headers: {} });
    const slow = call("/slow");
    while (reply === undefined) await sleep(10);
    await sleep(100);
    expect((await call("/fast")).status).toBe(202);
    reply();
    expect((await slow).status).toBe(202);
  });

  test("that are left to a call end when the transport is closed", async () => {
    const { url, connections } = await listenHttp((request, response) => {
      if (request.url !== "/slow") response.writeHead(202).end();
    });
    const transport = createNodeTransport({ connections: 2, keepAlive: 50, warn: expect.unreachable });
    const call = (path: string) => transport.send({ method: "GET", url: url + path, headers: {} });
    const slow = call("/slow").catch((error: unknown) => error);
    while (connections.length === 0) await sleep(10);
    await sleep(100);
    await call("/fast");
    await transport.close();
    expect(await slow).toBeInstanceOf(Error);
    for (const socket of connections) await closed(socket);
  });

  test.each([1, 3])("are as many as calls may be under way, and no more: %d", async (concurrency) => {
    let underWay = 0;
    let most = 0;
    const { url, connections } = await listenHttp((request, response) => {
      underWay += 1;
      most = Math.max(most, underWay);
      request.resume().on("end", () =>
        setImmediate(() => {
          underWay -= 1;
          response.writeHead(202).end();
        }),
      );
    });
    const client = connect(url, { concurrency, keepAlive: 600_000 });
    for (let index = 0; index < 60; index += 1) client.track(EVENT);
    expect(await client.flush()).toEqual({ pending: 0 });
    expect(client.stats().accepted).toBe(60);
    expect(connections.length).toBeLessThanOrEqual(concurrency);
    expect(most).toBeLessThanOrEqual(concurrency);
  });

  test("end when the client is closed", async () => {
    const { url, connections } = await listenHttp((_, response) => response.writeHead(202).end());
    const client = connect(url, { keepAlive: 600_000 });
    await client.track(EVENT);
    await client.close();
    await closed(connections[0]);
    expect((await client.track(EVENT)).status).toBe("dropped");
    await expect(client.summaries({ userId: "1" })).rejects.toBeInstanceOf(IntercomError);
    expect(connections).toHaveLength(1);
  });

  test("have ended by the time that the client is closed", async () => {
    let open = 0;
    function onConnected(message: unknown): void {
      open += 1;
      (message as { socket: Socket }).socket.once("close", () => {
        open -= 1;
      });
    }
    subscribe("undici:client:connected", onConnected);
    cleanups.push(() => unsubscribe("undici:client:connected", onConnected));
    const { url } = await listenHttp((_, response) => response.writeHead(202).end());
    const client = connect(url, { keepAlive: 600_000 });
    await client.track(EVENT);
    expect(open).toBe(1);
    await client.close();
    expect(open).toBe(0);
  });

  test("end when the client is closed before they are ready", async () => {
    // It takes connections and says nothing, so that TLS waits.
    const { url, connections } = await listen(createTcpServer(() => undefined));
    const client = connect(url.replace("http:", "https:"));
    client.track(EVENT);
    while (connections.length === 0) await sleep(10);
    await client.close({ timeout: 0 });
    await Promise.race([closed(connections[0]?.resume()), sleep(5000)]);
    expect(connections[0]?.closed).toBe(true);
  });

  test.each([1, 3])(
    "end when a call is given up, in the reply's head or body: %d allowed",
    async (concurrency) => {
      const used: Socket[] = [];
      const { url } = await listenHttp((request, response) => {
        used.push(request.socket);
        if (request.headers["intercom-version"] === "2.14") response.writeHead(202).write("half");
      });
      for (const apiVersion of ["2.14", "2.13"]) {
        const client = connect(url, { timeout: 300, apiVersion, concurrency });
        const outcome = await client.track(EVENT);
        expect(outcome).toMatchObject({ status: "rejected", verdict: { kind: "timeout" } });
      }
      expect(used).toHaveLength(2);
      for (const socket of used) await closed(socket);
    },
  );

  test.each([1, 3])(
    "are opened anew for the next event after one was given up: %d allowed",
    async (concurrency) => {
      let calls = 0;
      const { url } = await listenHttp((request, response) => {
        calls += 1;
        if (calls > 1) request.resume().on("end", () => response.writeHead(202).end());
      });
      const client = connect(url, { timeout: 300, concurrency });
      expect((await client.track(EVENT)).status).toBe("rejected");
      expect((await client.track(EVENT)).status).toBe("accepted");
    },
  );
});

describe("a reply", () => {
  test("may come in pieces that cut characters", async () => {
    const { url } = await listenHttp((_, response) => {
      const bytes = Buffer.from(JSON.stringify({ errors: [{ code: "a", message: "Grüße, 東京 🎉" }] }));
      response.writeHead(422);
      const cut = bytes.indexOf(0x9f) + 1; // Inside the party popper.
      response.write(bytes.subarray(0, cut), () => response.end(bytes.subarray(cut)));
    });
    expect(await connect(url).track(EVENT)).toMatchObject({
      verdict: { kind: "invalid_request", errors: [{ code: "a", message: "Grüße, 東京 🎉" }] },
    });
  });

  test("may have a header several times: the first counts", async () => {
    const { url } = await listenHttp((_, response) => {
      response.setHeader("X-Request-Id", ["first", "second"]);
      response.writeHead(202).end();
    });
    expect(await connect(url).track(EVENT)).toEqual({ status: "accepted", attempts: 1, requestId: "first" });
  });

  test("may come after early hints", async () => {
    const { url } = await listenRaw(
      "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n",
      "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n",
    );
    expect((await connect(url).track(EVENT)).status).toBe("accepted");
  });

  test("without an end is given up, not kept in memory", async () => {
    let written = 0;
    const { url, connections } = await listenHttp((_, response) => {
      const chunk = Buffer.alloc(1024 * 1024, "x");
      response.writeHead(200);
      const write = () => {
        while (!response.destroyed && written < 1024 ** 3) {
          written += chunk.length;
          if (!response.write(chunk)) return void response.once("drain", write);
        }
      };
      write();
    });
    const error = await connect(url)
      .summaries({ userId: "1" })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(IntercomError);
    expect(error).toMatchObject({
      verdict: { kind: "unreachable", cause: { code: "UND_ERR_RES_EXCEEDED_MAX_SIZE" } },
    });
    await closed(connections[0]);
    expect(written).toBeLessThan(1024 ** 3);
  });

  const heads = {
    "10,000 headers": Array.from({ length: 10_000 }, (_, index) => `x-${index}: 1\r\n`).join(""),
    "a header of 1 MB": `x-large: ${"x".repeat(1_000_000)}\r\n`,
  };
  test.each(Object.entries(heads))("with %s is unreachable", async (_, head) => {
    const { url, connections } = await listenRaw(`HTTP/1.1 202 Accepted\r\n${head}content-length: 0\r\n\r\n`);
    expect(causeOf(await connect(url).track(EVENT))).toMatchObject({ code: "UND_ERR_HEADERS_OVERFLOW" });
    await closed(connections[0]);
  });

  test.each([
    ["no HTTP", "220 smtp.example.org ESMTP\r\n"],
    ["an HTTP of no known version", "HTTP/9.9 202 Accepted\r\n\r\n"],
    ["a length that is none", "HTTP/1.1 202 Accepted\r\ncontent-length: -5\r\n\r\n"],
    ["two lengths", "HTTP/1.1 202 Accepted\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n12"],
  ])("that is %s is unreachable", async (_, reply) => {
    const { url } = await listenRaw(reply);
    expect(causeOf(await connect(url).track(EVENT))).toBeInstanceOf(Error);
  });

  test("that ends too soon is unreachable, and the next event has a new connection", async () => {
    let calls = 0;
    const { url } = await listenHttp((_, response) => {
      calls += 1;
      if (calls > 1) return void response.writeHead(202).end();
      response.writeHead(202, { "content-length": 100 });
      response.write("half", () => response.socket?.destroy());
    });
    const client = connect(url);
    expect(causeOf(await client.track(EVENT))).toBeInstanceOf(Error);
    expect((await client.track(EVENT)).status).toBe("accepted");
  });
});

test("what is sent belongs to no request of the program, whoever has tracked it", async () => {
  const storage = new AsyncLocalStorage<string>();
  const stores: (string | undefined)[] = [];
  const look = () => void stores.push(storage.getStore());
  const looked = ["undici:client:beforeConnect", "undici:request:create", "undici:request:trailers"];
  for (const name of looked) subscribe(name, look);
  cleanups.push(() => looked.map((name) => unsubscribe(name, look)));
  const { url } = await listenHttp((_, response) => response.writeHead(202).end());
  const client = connect(url, { concurrency: 1 });
  await storage.run("first", () => client.track(EVENT));
  await Promise.all(["second", "third"].map((name) => storage.run(name, () => client.track(EVENT))));
  expect(stores).toEqual(Array(7).fill(undefined)); // One connection, three requests and their replies.
});

test("what is read belongs to whoever reads it, but the connection to nobody", async () => {
  const storage = new AsyncLocalStorage<string>();
  const stores: unknown[] = [];
  const look = (_: unknown, name: string | symbol) => void stores.push([name, storage.getStore()]);
  const looked = ["undici:request:create", "undici:client:connected"];
  for (const name of looked) subscribe(name, look);
  cleanups.push(() => looked.map((name) => unsubscribe(name, look)));
  const { url } = await listenHttp((_, response) =>
    response.writeHead(200).end('{"type":"event.summary","events":[]}'),
  );
  const client = connect(url, { concurrency: 1 });
  await storage.run("first", () => client.summaries({ userId: "1" }));
  await storage.run("second", () => client.summaries({ userId: "1" }));
  expect(stores).toEqual([
    ["undici:request:create", "first"],
    ["undici:client:connected", undefined],
    ["undici:request:create", "second"],
  ]);
});

test("a client that is made is no handle that jest --detectOpenHandles would take for open", () => {
  const passing = ["PROMISE", "TickObject"];
  const open: string[] = [];
  const hook = createHook({
    init(_id, type, _trigger, resource: { hasRef?(): boolean }) {
      if (!passing.includes(type) && resource.hasRef?.() !== false) open.push(type);
    },
  }).enable();
  connect("http://127.0.0.1:9");
  hook.disable();
  expect(open).toEqual([]);
});

test("a request is repeated by nobody below the client", async () => {
  let calls = 0;
  const { url } = await listenHttp((request) => {
    calls += 1;
    request.socket.destroy();
  });
  const client = connect(url);
  expect(causeOf(await client.track(EVENT))).toBeInstanceOf(Error);
  await expect(client.summaries({ userId: "1" })).rejects.toBeInstanceOf(IntercomError);
  expect(calls).toBe(2);
});
