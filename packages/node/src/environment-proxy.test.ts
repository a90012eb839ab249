import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { generate } from "selfsigned";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runProgram } from "../test/run-program.ts";
import { CREDENTIALS, type StartedProxy, startProxy, type Treatment } from "../test/start-proxy.ts";
import { createClient, type NodeClientOptions } from "./index.ts";

const EVENT = { userId: "314159", eventName: "logged-in" } as const;
const VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]);

const cleanups: (() => unknown)[] = [];
let requests: http.IncomingHttpHeaders[];

beforeEach(() => {
  requests = [];
  for (const name of [...VARIABLES, "NODE_USE_ENV_PROXY"]) vi.stubEnv(name, undefined);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
  requests.push(request.headers);
  request.resume().on("end", () => response.writeHead(202).end());
}

/** Lets a server listen, and answers its port. */
async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** The port of something like Intercom, that takes all events. */
function startHost(): Promise<number> {
  return listen(http.createServer({ keepAliveTimeout: 600_000 }, answer));
}

async function start(treatment?: Treatment): Promise<StartedProxy> {
  const proxy = await startProxy(treatment);
  cleanups.push(proxy.stop);
  return proxy;
}

function connect(port: number, options: Partial<NodeClientOptions> = {}) {
  const client = createClient({
    token: "access-token",
    baseUrl: `http://127.0.0.1:${port}`,
    keepAlive: 600_000,
    warn: () => undefined,
    retry: { attempts: 2, baseDelay: 1, maxDelay: 1, holdContact: 0 },
    ...options,
  });
  cleanups.push(() => client.close({ timeout: 0 }));
  return client;
}

/** Waits for something that comes long before undici's own limit of ten seconds for a connection. */
async function soon(isThere: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 500 && !isThere(); attempt += 1) await sleep(10);
  expect(isThere()).toBe(true);
}

test.each([1, 3])(
  "events go through the proxy that Node.js is told to take: %d at a time",
  async (concurrency) => {
    const [port, proxy] = [await startHost(), await start()];
    vi.stubEnv("NODE_USE_ENV_PROXY", "1");
    vi.stubEnv("HTTP_PROXY", proxy.url);
    const client = connect(port, { concurrency });
    for (let index = 0; index < 5; index += 1) {
      const receipt = client.track({ ...EVENT, eventName: `event-${index}` });
      expect(await receipt).toEqual({ status: "accepted", attempts: 1 });
    }
    expect(requests).toHaveLength(5);
    expect(requests[0]).toMatchObject({ host: `127.0.0.1:${port}`, authorization: "Bearer access-token" });
    expect(requests[0]).not.toHaveProperty("proxy-authorization");
    expect(proxy.sent()).toContain("POST /events HTTP/1.1\r\n");
    expect(proxy.tunnels[0]).toBe(`127.0.0.1:${port}`);
    expect(proxy.tunnels.length).toBeLessThanOrEqual(concurrency);
    expect(proxy.credentials[0]).toBe(`Basic ${Buffer.from(CREDENTIALS).toString("base64")}`);
    await client.close();
    await soon(() => !proxy.isOpen());
  },
);

test("names in lower case win", async () => {
  const [port, proxy] = [await startHost(), await start()];
  vi.stubEnv("NODE_USE_ENV_PROXY", "1");
  vi.stubEnv("HTTP_PROXY", "http://127.0.0.1:1");
  vi.stubEnv("http_proxy", proxy.url);
  expect((await connect(port).track(EVENT)).status).toBe("accepted");
  expect(proxy.tunnels).toHaveLength(1);
});

test("one in lower case that is empty wins too: there is no proxy", async () => {
  const [port, proxy] = [await startHost(), await start()];
  vi.stubEnv("NODE_USE_ENV_PROXY", "1");
  for (const name of ["HTTP_PROXY", "HTTPS_PROXY"]) {
    vi.stubEnv(name, proxy.url);
    vi.stubEnv(name.toLowerCase(), "");
  }
  expect((await connect(port).track(EVENT)).status).toBe("accepted");
  expect(proxy.tunnels).toEqual([]);
});

test.each([
  ["is not told to take it", { NODE_USE_ENV_PROXY: "0" }],
  ["is told to spare the host", { NODE_USE_ENV_PROXY: "1", NO_PROXY: "127.0.0.1" }],
])("no proxy is taken where Node.js %s", async (_, variables) => {
  const [port, proxy] = [await startHost(), await start()];
  for (const [name, value] of Object.entries({ ...variables, HTTP_PROXY: proxy.url }))
    vi.stubEnv(name, value);
  expect((await connect(port).track(EVENT)).status).toBe("accepted");
  expect(proxy.tunnels).toEqual([]);
});

test("an agent that is none of Node.js stops nothing", async () => {
  const port = await startHost();
  const { globalAgent } = http;
  cleanups.push(() => {
    http.globalAgent = globalAgent;
  });
  for (const other of [{}, undefined]) {
    http.globalAgent = other as never;
    expect((await connect(port).track(EVENT)).status).toBe("accepted");
  }
});

// From Node.js 24.14 and 25.4 on.
test.skipIf(!("setGlobalProxyFromEnv" in http))("what Node.js was told while it ran counts", async () => {
  const [port, proxy] = [await startHost(), await start()];
  cleanups.push(http.setGlobalProxyFromEnv({ HTTP_PROXY: proxy.url }));
  expect((await connect(port).track(EVENT)).status).toBe("accepted");
  expect(proxy.tunnels).toHaveLength(1);
});

test.each([
  ["refuse", "Proxy response (407) !== 200 when HTTP Tunneling"],
  ["hang_up", "Cannot connect through the proxy: other side closed"],
] as const)(
  "a proxy that does %s is unreachable, and asked once for each attempt",
  async (treatment, message) => {
    const [port, proxy] = [await startHost(), await start(treatment)];
    vi.stubEnv("NODE_USE_ENV_PROXY", "1");
    vi.stubEnv("HTTP_PROXY", proxy.url);
    expect(await connect(port).track(EVENT)).toMatchObject({
      status: "rejected",
      verdict: { kind: "unreachable", cause: { message } },
      attempts: 2,
    });
    expect(proxy.tunnels).toHaveLength(2);
    expect(requests).toEqual([]);
  },
);

test("a proxy that says nothing is left long before the client's own time is over", async () => {
  const [port, proxy] = [await startHost(), await start("say_nothing")];
  vi.stubEnv("NODE_USE_ENV_PROXY", "1");
  vi.stubEnv("HTTP_PROXY", proxy.url);
  const client = connect(port, { timeout: 60_000, retry: { attempts: 1 } });
  expect(await client.track(EVENT)).toMatchObject({
    status: "rejected",
    verdict: {
      kind: "unreachable",
      cause: { message: "Cannot connect through the proxy: Headers Timeout Error" },
    },
  });
  expect(proxy.tunnels).toHaveLength(1);
}, 30_000);

test("an address that is none is named, and not shown", async () => {
  vi.stubEnv("NODE_USE_ENV_PROXY", "1");
  vi.stubEnv("HTTP_PROXY", `http://${CREDENTIALS}@`);
  const warnings: string[] = [];
  const client = connect(await startHost(), { warn: (message) => warnings.push(message) });
  const outcome = await client.track(EVENT);
  expect(outcome).toMatchObject({ status: "rejected", verdict: { kind: "unreachable" } });
  expect(warnings[0]).toContain(
    "HTTP_PROXY, HTTPS_PROXY: Expected the address of a proxy, got one that is no URL",
  );
  expect(warnings.join()).not.toContain("proxy-password");
});

test("closing the client ends a connection to the proxy that is not ready", async () => {
  const sockets: Socket[] = [];
  const port = await listen(createServer((socket) => sockets.push(socket.resume()))); // It says nothing, so that TLS waits.
  vi.stubEnv("NODE_USE_ENV_PROXY", "1");
  vi.stubEnv("HTTP_PROXY", `https://localhost:${port}`);
  const client = connect(1);
  client.track(EVENT);
  while (sockets.length === 0) await sleep(10);
  await client.close({ timeout: 0 });
  await soon(() => sockets[0]?.closed === true);
});

test("closing the client ends a tunnel whose host is not ready", async () => {
  const proxy = await start();
  const sockets: Socket[] = [];
  const port = await listen(createServer((socket) => sockets.push(socket.resume())));
  vi.stubEnv("NODE_USE_ENV_PROXY", "1");
  vi.stubEnv("HTTPS_PROXY", proxy.url);
  const client = connect(port, { baseUrl: `https://127.0.0.1:${port}` });
  client.track(EVENT);
  while (sockets.length === 0) await sleep(10);
  await client.close({ timeout: 0 });
  await soon(() => !proxy.isOpen());
});

test("TLS goes through the proxy to the host, which alone reads the token", async () => {
  const { private: key, cert } = await generate([{ name: "commonName", value: "127.0.0.1" }], {
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }],
  });
  const authority = join(tmpdir(), `intercom-events-${process.pid}.pem`);
  writeFileSync(authority, cert);
  cleanups.push(() => rmSync(authority));
  const port = await listen(https.createServer({ key, cert }, answer));
  const proxy = await start();
  const program = `
    const { createClient } = require("./index.ts");
    const client = createClient({ token: "access-token", baseUrl: "https://127.0.0.1:${port}" });
    client.track({ userId: "314159", eventName: "logged-in" }).then(({ status }) => console.log(status));`;
  const within = [
    "env",
    "NODE_USE_ENV_PROXY=1",
    `HTTPS_PROXY=${proxy.url}`,
    `NODE_EXTRA_CA_CERTS=${authority}`,
  ];
  const ended = await runProgram(program, { within });
  expect(ended).toMatchObject({ status: 0, output: "accepted\n", errors: "" });
  expect(requests).toMatchObject([{ authorization: "Bearer access-token" }]);
  expect(proxy.tunnels).toEqual([`127.0.0.1:${port}`]);
  expect(proxy.sent()).not.toBe("");
  expect(proxy.sent()).not.toContain("access-token");
});
