import { spawn } from "node:child_process";
import { once } from "node:events";
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

function send(body: BodyInit, headers: Record<string, string> = {}, init: object = {}): Promise<Response> {
  return fetch(`${origin}/intercom/events`, {
    method: "POST",
    headers: { origin, "content-type": "text/plain;charset=UTF-8", cookie: "user=bun", ...headers },
    body,
    ...init,
  });
}

test("Bun.serve: events are delivered as the caller's", async () => {
  const reply = await send(JSON.stringify({ events: [event("viewed.Pricing"), event("other")] }));
  expect(await faultsOfReply(reply, 2)).toEqual([]);
  expect((await resultsOf(reply)).map(({ status }) => status)).toEqual(["accepted", "rejected"]);
  expect(emulator.events()).toMatchObject([{ user_id: "bun", event_name: "viewed-pricing" }]);
});

test("Bun.serve: what is wrong is refused", async () => {
  const body = JSON.stringify({ events: [event()] });
  const endless = () => new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(500)) });
  const slow = () => new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) });
  const duplex = { duplex: "half" };
  for (const [status, ...sent] of [
    [401, body, { cookie: "" }],
    [403, body, { origin: "https://evil.example" }],
    [415, body, { "content-type": "text/html" }],
    [400, "{"],
    [413, "x".repeat(3000)],
    [413, endless(), {}, duplex],
    [408, slow(), {}, duplex],
  ] as const) {
    const reply = await send(...sent);
    expect(reply.status).toBe(status);
    expect(await faultsOfReply(reply)).toEqual([]);
  }
});
