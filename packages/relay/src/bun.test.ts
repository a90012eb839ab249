import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { createEmulator } from "@intercom-events/emulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { faultsOfReply } from "../test/contract.ts";
import { event, resultsOf } from "../test/start-relay.ts";

const emulator = createEmulator();
let origin = "";
const cleanups: (() => unknown)[] = [() => emulator.close()];
afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

beforeAll(async () => {
  const { url } = await emulator.listen();
  const root = join(import.meta.dirname, "..");
  const child = spawn(
    join(root, "node_modules/.bin/bun"),
    ["--conditions=@intercom-events/source", join(root, "test/serve.bun.ts"), url],
    { stdio: ["ignore", "pipe", "inherit"], shell: process.platform === "win32" },
  );
  const ended = once(child, "exit");
  cleanups.push(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  let printed = "";
  for await (const text of child.stdout) {
    printed += text;
    origin = /listening on (\S+)\n/.exec(printed)?.[1] ?? "";
    if (origin !== "") break;
  }
  if (origin === "") throw new Error(`Bun did not start: ${printed}`);
}, 60_000);

function send(body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${origin}/intercom/events`, {
    method: "POST",
    headers: { origin, "content-type": "text/plain;charset=UTF-8", cookie: "user=bun", ...headers },
    body,
  });
}

test("Bun.serve: events are delivered as the caller's", async () => {
  const reply = await send(JSON.stringify({ events: [event("viewed.Pricing"), event("other")] }));
  expect(await faultsOfReply(reply, 2)).toEqual([]);
  expect((await resultsOf(reply)).map(({ status }) => status)).toEqual(["accepted", "rejected"]);
  expect(emulator.events()).toMatchObject([{ user_id: "bun", event_name: "viewed-pricing" }]);
});

const BODY = JSON.stringify({ events: [event()] });

test.each<[number, string, Record<string, string>?]>([
  [401, BODY, { cookie: "" }],
  [403, BODY, { origin: "https://evil.example" }],
  [415, BODY, { "content-type": "text/html" }],
  [400, "{"],
  [413, "x".repeat(3000)],
])("Bun.serve: what is wrong is refused by %i", async (status, body, headers) => {
  const reply = await send(body, headers);
  expect(reply.status).toBe(status);
  expect(await faultsOfReply(reply)).toEqual([]);
});

test("Bun.serve: a Host that is none is refused", async () => {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  cleanups.push(() => socket.destroy());
  socket.write(`POST / HTTP/1.1\r\nHost: [\r\nOrigin: ${origin}\r\nContent-Length: 0\r\n\r\n`);
  const [reply] = await once(socket, "data");
  expect(String(reply).slice(0, 12)).toBe("HTTP/1.1 403");
});

test.each([
  [413, `Transfer-Encoding: chunked\r\n\r\n${`3e8\r\n${"x".repeat(1000)}\r\n`.repeat(5)}`],
  [408, "Content-Length: 100\r\n\r\n{"],
])(
  "Bun.serve: a body without an end is given up by %i",
  async (status, rest) => {
    const { host, hostname, port } = new URL(origin);
    const socket = connect(Number(port), hostname);
    cleanups.push(() => socket.destroy());
    socket.write(
      `POST / HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nCookie: user=1\r\nContent-Type: text/plain\r\n${rest}`,
    );
    const [reply] = await once(socket, "data");
    expect(String(reply).slice(0, 12)).toBe(`HTTP/1.1 ${status}`);
  },
  15_000,
);
