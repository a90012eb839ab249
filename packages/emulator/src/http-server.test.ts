import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import timers from "node:timers";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { event, second } from "../test/emulator-bench.ts";
import type { Handler } from "./create-handler.ts";
import { startServer } from "./http-server.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "./index.ts";
import type { StreamedHandler } from "./streamed.ts";

const folder = mkdtempSync(join(tmpdir(), "emulator-http-"));
afterAll(() => rmSync(folder, { recursive: true }));

const started: Emulator[] = [];
afterEach(() => Promise.all(started.splice(0).map((emulator) => emulator.close())));

async function start(
  options: EmulatorOptions = {},
): Promise<{ emulator: Emulator; url: string; port: number }> {
  const emulator = createEmulator({ now: () => second * 1000, ...options });
  started.push(emulator);
  return { emulator, ...(await emulator.listen()) };
}

const post = (url: string, body: unknown = event()): Promise<Response> =>
  fetch(`${url}/events`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { authorization: "Bearer t", "content-type": "application/json" },
  });

/** Sends a request without a body and answers the status. */
async function statusOf(
  port: number,
  request: string,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`);
  const reply = await raw(port, `${request} HTTP/1.1\n${lines.join("")}Connection: close\n\n`);
  return Number(/^HTTP\/1.1 (\d+) /.exec(reply)?.[1]);
}

/** Sends bytes and reads what comes back until the connection ends. */
async function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.end(bytes.replaceAll("\n", "\r\n"));
  return text(socket);
}

test("events over HTTP, with a link that leads on", async () => {
  const { emulator, url } = await start();
  const reply = await post(url);
  expect([reply.status, await reply.text(), reply.headers.get("content-length")]).toEqual([202, "", "0"]);
  expect(reply.headers.get("date")).toBe(new Date(second * 1000).toUTCString());
  expect(reply.headers.get("keep-alive")).toBe("timeout=60"); // Longer than pools of clients keep a connection.
  await post(url, event({ event_name: "other" }));
  const headers = { authorization: "Bearer t" };
  const list = await fetch(`${url}/events?type=user&user_id=314159&per_page=1`, { headers });
  const { pages } = (await list.json()) as { pages: { next: string } };
  expect(pages.next).toMatch(new RegExp(`^${url}/events\\?`));
  const next = await fetch(pages.next, { headers });
  expect(await next.json()).toMatchObject({ events: [{ event_name: "placed-order" }] });
  expect(emulator.requests().map(({ path }) => path.split("?")[0])).toEqual(Array(4).fill("/events"));
});

test.each([
  ["before", 0, [undefined, "refused"]],
  ["inside", 1, [202, "stored"]],
  ["after", 1, [undefined, "stored"]],
] as const)("reset %s", async (reset, stored, recorded) => {
  const { emulator, url } = await start();
  emulator.setFaults([{ reset, times: 1 }]);
  await expect(post(url).then((reply) => reply.text())).rejects.toThrow(TypeError);
  expect(emulator.events()).toHaveLength(stored);
  expect(emulator.requests().map(({ status, result }) => [status, result])).toEqual([recorded]);
  expect((await post(url)).status).toBe(202);
});

test.each(["before", "inside", "after"] as const)(
  "a reset %s meets a request behind one that waits",
  async (reset) => {
    const { emulator, port } = await start();
    emulator.setFaults([{ delayMs: 30, times: 1 }, { reset }]);
    const socket = connect(port, "127.0.0.1");
    socket.resume().on("error", () => {}); // The reset.
    const ended = new Promise((resolve) => socket.once("close", resolve));
    socket.write("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(2));
    await ended;
    expect(emulator.requests()).toHaveLength(2);
  },
);

test("inside a body, the reply breaks off", async () => {
  const { emulator, port } = await start();
  emulator.setFaults([{ reset: "inside", status: 500, body: "0123456789" }]);
  const reply = await raw(port, "GET /events HTTP/1.1\nHost: localhost\n\n");
  expect(reply).toMatch(/content-length: 12\r\n[\s\S]*\r\n\r\n01234$/i);
});

test("a delayed reply comes late, and close does not wait for it", async () => {
  const { emulator, url } = await start();
  emulator.setFaults([{ delayMs: 60, times: 1 }, { delayMs: 60_000 }]);
  const from = performance.now();
  expect((await post(url)).status).toBe(202);
  expect(performance.now() - from).toBeGreaterThanOrEqual(55);
  const late = expect(post(url)).rejects.toThrow(TypeError);
  while (emulator.requests().length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await emulator.close();
  await late;
});

test("a reply that is held back is given up when its client has left", async () => {
  const set = vi.spyOn(timers, "setTimeout");
  const clear = vi.spyOn(timers, "clearTimeout");
  syncBuiltinESMExports();
  const { emulator, port } = await start({ faults: [{ delayMs: 60_123 }] });
  const socket = connect(port, "127.0.0.1");
  socket.write("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await vi.waitUntil(() => emulator.requests().length > 0);
  const held = set.mock.results[set.mock.calls.findIndex(([, after]) => after === 60_123)]?.value;
  socket.destroy();
  await vi.waitUntil(() => clear.mock.calls.some(([timer]) => timer === held));
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

test.each([
  ["GET /events?type=user&user_id=%E0%A4%A HTTP/1.1\nHost: localhost\nAccept: */*\n\n", 401],
  ["GET http://[ HTTP/1.1\nHost: localhost\nAccept: */*\n\n", 404],
  ["GET // HTTP/1.1\nHost: localhost\nAccept: */*\n\n", 404],
  ["OPTIONS * HTTP/1.1\nHost: localhost\nAccept: */*\n\n", 404],
  ["GET /events HTTP/1.1\nHost: localhost\n\n", 406],
  ["POST /events HTTP/1.1\nHost: localhost\nContent-Length: x\n\n", 400],
  ["nonsense\n\n", 400],
])("raw bytes %j are answered with %i", async (bytes, status) => {
  const { port, url } = await start();
  expect(await raw(port, bytes)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect((await post(url)).status).toBe(202);
});

test("a body of more than 1 MiB is read to its end and refused", async () => {
  const { emulator, url } = await start();
  const reply = await post(url, event({ metadata: { a: "x".repeat(3_000_000) } }));
  expect(reply.status).toBe(413);
  expect(emulator.requests()).toMatchObject([{ body: "", status: 413 }]);
});

test("bodies that broke off leave room for others", async () => {
  const { port, url } = await start();
  const most = Buffer.alloc(1024 ** 2);
  for (let each = 0; each < 128; each += 1) {
    const socket = connect(port, "127.0.0.1").resume();
    socket.write("POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n");
    socket.end(most);
    await once(socket, "close"); // The server closes it once it has met the end.
  }
  expect((await post(url)).status).toBe(202);
});

test("of what a client sends to a stream the rest is thrown away, so that its leaving is heard", async () => {
  let left: AbortSignal | undefined;
  async function* endless(): AsyncGenerator<string> {
    yield "a";
    await new Promise(() => {});
  }
  const streamed: StreamedHandler = ({ signal }) => {
    left = signal;
    return { status: 200, headers: {}, body: endless() };
  };
  const { port, close } = await startServer(
    { handle: () => expect.unreachable(), streamed },
    { port: 0, host: "127.0.0.1" },
  );
  const socket = connect(port, "127.0.0.1").resume();
  socket.write("GET /_emulator/stream HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n");
  socket.end(Buffer.alloc(1_000_000));
  await once(socket, "data");
  await vi.waitUntil(() => left?.aborted, 5000);
  await close();
});

test.each([
  ["evil.example", 403],
  ["127.0.0.1.evil.example", 403],
  ["", 403],
  ["LOCALHOST:80", 401],
  ["app.localhost", 401],
  ["[::1]:4010", 401],
])("Host %j is answered with %i", async (host, status) => {
  const { port } = await start();
  expect(await raw(port, `POST /events HTTP/1.1\nHost: ${host}\nAccept: */*\n\n`)).toMatch(
    new RegExp(`^HTTP/1.1 ${status} `),
  );
});

test.each([
  ["PUT", "https://evil.example", 403],
  ["PUT", "null", 403],
  ["PUT", "http://localhost:3000", 204],
  ["PUT", undefined, 204],
  ["GET", "https://evil.example", 200],
  ["DELETE", "https://evil.example", 403],
])("%s of a control endpoint from the origin %j is answered with %i", async (method, origin, status) => {
  const { url } = await start();
  const reply = await fetch(`${url}/_emulator/faults`, {
    method,
    ...(method === "PUT" && { body: "[]" }),
    ...(origin && { headers: { origin } }),
  });
  expect(reply.status).toBe(status);
});

test.each([
  ["POST", "import", "https://evil.example", "127.0.0.1", 403],
  ["POST", "import", "http://localhost:3000", "127.0.0.1", 200],
  ["GET", "stream", undefined, "evil.example", 403],
  ["GET", "export", undefined, "evil.example", 403],
  ["GET", "events", undefined, "evil.example", 403],
])(
  "%s of the streamed endpoint %s from the origin %j by the Host %s is answered with %i",
  async (...given) => {
    const [method, path, from, host, status] = given;
    const { port } = await start();
    const lines = [`${method} /_emulator/${path} HTTP/1.1`, `Host: ${host}`, "Connection: close"];
    if (from) lines.push(`Origin: ${from}`);
    if (method === "POST") lines.push("Content-Length: 0");
    expect(await raw(port, `${lines.join("\n")}\n\n`)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  },
);

test.each([
  ["GET", { "Sec-Fetch-Site": "cross-site" }, 403],
  ["GET", { "Sec-Fetch-Site": "cross-site", Origin: "https://evil.example" }, 403],
  ["GET", { "Sec-Fetch-Site": "cross-site", Origin: "http://localhost:3000" }, 200],
  ["DELETE", { "Sec-Fetch-Site": "cross-site" }, 403],
  ["DELETE", { "Sec-Fetch-Site": "same-origin", Origin: "http://127.0.0.1" }, 204],
  ["GET", { "Sec-Fetch-Site": "same-site" }, 200],
  ["GET", { "Sec-Fetch-Site": "none" }, 200],
] as const)("%s of control endpoints with %j is answered with %i", async (method, headers, status) => {
  const { port } = await start();
  const request = method === "GET" ? "GET /_emulator/stats" : "DELETE /_emulator/state";
  expect(await statusOf(port, request, { Host: "127.0.0.1", ...headers })).toBe(status);
});

test("a page of another site takes no place in the stream", async () => {
  const { port } = await start();
  const headers = { Host: "127.0.0.1", "Sec-Fetch-Site": "cross-site" };
  expect(await statusOf(port, "GET /_emulator/stream", headers)).toBe(403);
  expect(await statusOf(port, "GET /", headers)).not.toBe(403);
});

test.each([
  ["evil.example", 403],
  ["evil.example:4010", 403],
  ["127.0.0.1.evil.example", 403],
  ["evil.example:port", 403],
  ["localhost:4010", 204],
  ["192.168.0.7:4010", 204],
  ["[fe80::1]:4010", 204],
  ["intercom:4010", 204],
  ["host.docker.internal:4010", 204],
  ["intercom.tests.svc.cluster.local:4010", 204],
  ["laptop.home.arpa", 204],
])("off loopback, a control request by the Host %s is answered with %i", async (host, status) => {
  const emulator = createEmulator();
  started.push(emulator);
  const { port } = await emulator.listen(0, "0.0.0.0");
  const headers = { Host: host, Origin: `http://${host}` };
  expect(await statusOf(port, "DELETE /_emulator/state", headers)).toBe(status);
  expect(await statusOf(port, "GET /events", { Host: host, Accept: "*/*" })).toBe(401);
});

test("control endpoints", async () => {
  const { emulator, url } = await start({ contacts: "strict" });
  const put = (path: string, body: unknown): Promise<Response> =>
    fetch(`${url}/_emulator/${path}`, { method: "PUT", body: JSON.stringify(body) });
  const get = async (path: string): Promise<unknown> => (await fetch(`${url}/_emulator/${path}`)).json();
  expect((await post(url)).status).toBe(404);
  expect((await put("contacts", [{ user_id: "314159" }])).status).toBe(204);
  expect((await put("faults", [{ status: 500, times: 1 }])).status).toBe(204);
  expect([(await post(url)).status, (await post(url)).status, (await post(url)).status]).toEqual([
    500, 202, 202,
  ]);
  expect(await get("events")).toEqual(JSON.parse(JSON.stringify(emulator.events())));
  expect(await get("requests")).toMatchObject(
    ["refused", "refused", "stored", "duplicate"].map((result) => ({ result })),
  );
  expect(await get("stats")).toEqual({
    requests: 4,
    results: { stored: 1, duplicate: 1, answered: 0, refused: 2 },
    statuses: { 202: 2, 404: 1, 500: 1 },
    events: 1,
    eventNames: 1,
    contacts: 1,
  });
  const wrong = await put("faults", [{ status: 5 }]);
  expect([wrong.status, await wrong.json()]).toEqual([
    400,
    { error: 'Cannot set faults: "[0].status" must be an integer from 200 to 599, got number 5' },
  ]);
  for (const [body, status, error] of [
    ["[{", 400, "the body is no JSON"],
    ["", 400, "the body is no JSON"],
    [`"${"x".repeat(1_048_576)}"`, 413, "the body is longer than 1048576 bytes"],
  ] as const) {
    const reply = await fetch(`${url}/_emulator/contacts`, { method: "PUT", body });
    expect([reply.status, await reply.json()]).toEqual([status, { error }]);
  }
  expect((await fetch(`${url}/_emulator/state`, { method: "DELETE" })).status).toBe(204);
  expect([await get("events"), await get("requests")]).toEqual([[], []]);
  expect((await post(url)).status).toBe(404);
  expect((await fetch(`${url}/_emulator/nothing`)).status).toBe(404);
});

test("listen says when it cannot, close may be repeated, and listening again is fine", async () => {
  const { emulator, port } = await start();
  await expect(emulator.listen()).rejects.toThrow("Cannot listen: the emulator is listening already");
  await expect(emulator.listen(0, "")).rejects.toThrow(
    'Cannot listen: "host" must be a non-empty string, got ""',
  );
  const other = createEmulator();
  await expect(other.listen(port)).rejects.toMatchObject({ code: "EADDRINUSE" });
  await emulator.close();
  await emulator.close();
  expect(await other.listen(port)).toEqual({ url: `http://127.0.0.1:${port}`, port });
  await other[Symbol.asyncDispose]();
});

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((known) => known?.address === "::1");

// Clients of ours send tokens unencrypted to loopback addresses alone, which these are not.
test.each([["0.0.0.0", "127.0.0.1"], ...(hasIpv6 ? [["::", "[::1]"]] : [])])(
  "whoever listens on %s is reached at %s",
  async (host, name) => {
    const emulator = createEmulator();
    started.push(emulator);
    const { url, port } = await emulator.listen(0, host);
    expect(url).toBe(`http://${name}:${port}`);
    expect((await post(url)).status).toBe(202);
  },
);

test("closing while an address cannot be had lets go of the data file", async () => {
  const { port } = await start();
  const data = process.getBuiltinModule?.("node:sqlite") && join(folder, "a.db");
  const other = createEmulator({ ...(data && { data }) });
  const listening = expect(other.listen(port)).rejects.toMatchObject({ code: "EADDRINUSE" });
  await other.close();
  await listening;
  await createEmulator({ ...(data && { data }) }).close();
});

test.each([-1, 65_536, 1.5, "pipe"])("port %j is none", async (port) => {
  await expect(createEmulator().listen(port as number)).rejects.toMatchObject({
    code: "ERR_SOCKET_BAD_PORT",
  });
});

const MISTAKES: Readonly<Record<string, Handler>> = {
  "when it handles a request": () => {
    throw new Error("mistake");
  },
  ...Object.fromEntries(
    [0, 5].map((delayMs) => [
      `in a reply after ${delayMs} ms`,
      () => ({ reply: { status: 200, headers: { trailer: "a" }, body: "" }, breakOff: false, delayMs }),
    ]),
  ),
};

test.each(Object.entries(MISTAKES))(
  "a mistake of the emulator's own %s is answered with 500 and told, and it goes on",
  async (_, handle) => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const { url, close } = await startServer(
      { handle, streamed: () => undefined },
      { port: 0, host: "127.0.0.1" },
    );
    for (const round of [1, 2]) {
      const reply = await post(url);
      expect([round, reply.status, await reply.json()]).toEqual([
        round,
        500,
        { error: expect.stringMatching(/^the emulator failed: (mistake|Trailers are invalid)/) },
      ]);
    }
    expect(warn.mock.calls).toEqual(Array(2).fill([expect.any(Error)]));
    warn.mockRestore();
    await close();
  },
);
