import { getEventListeners } from "node:events";
import { afterEach, expect, test } from "vitest";
import { createBench, event } from "../test/emulator-bench.ts";
import { streamChanges } from "./change-stream.ts";
import { createEmulatorState } from "./emulator-state.ts";
import { createEmulator } from "./index.ts";
import { resolveOptions } from "./options.ts";

interface Message {
  readonly event: string;
  readonly data: { [key: string]: unknown };
}

function parse(text: string): Message[] {
  return text
    .split("\n\n")
    .filter(Boolean)
    .map((block) => {
      const [, name = "", data = ""] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
      return { event: name, data: JSON.parse(data) };
    });
}

const controllers: AbortController[] = [];
afterEach(() => {
  for (const controller of controllers.splice(0)) controller.abort();
});

/** Follows the stream, and gives the messages up to the first one of `name`. */
function follow(reply: Response): (name: string) => Promise<Message[]> {
  const reader = (reply.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = "";
  return async (name) => {
    while (!new RegExp(`event: ${name}\n.*\n\n`).test(text)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`the stream ended without ${name}: ${text}`);
      text += decoder.decode(value, { stream: true });
    }
    const messages = parse(text);
    text = "";
    return messages;
  };
}

test.each(["in process", "over HTTP"])(
  "GET /_emulator/stream tells everything that changes, %s",
  async (way) => {
    const bench = createBench({ rateLimit: 2 });
    const { emulator, post } = bench;
    const controller = new AbortController();
    controllers.push(controller);
    const { signal } = controller;
    const reply =
      way === "in process"
        ? await bench.call("/_emulator/stream", { signal })
        : await fetch(`${(await emulator.listen()).url}/_emulator/stream`, { signal });
    expect(reply.headers.get("content-type")).toBe("text/event-stream");
    const until = follow(reply);
    expect(await until("state")).toMatchObject([{ data: { clock: { frozen: false }, faults: [] } }]);

    await post(event());
    await post(event({ event_name: 5 }));
    await post(event({ created_at: 1 }));
    emulator.setFaults([{ status: 500, times: 1 }]);
    emulator.archiveEventName("placed-order");
    emulator.setContacts([]);
    emulator.clock.freeze(5000);
    emulator.reset();
    const messages = await until("reset");
    const of = (name: string) => messages.filter((message) => message.event === name).map(({ data }) => data);
    expect(of("contact")).toMatchObject([{ user_id: "314159", workspace: "default", role: "user" }]);
    expect(of("event_name")).toMatchObject([{ name: "placed-order", archived: false }, { archived: true }]);
    expect(of("event")).toEqual([expect.objectContaining({ event_name: "placed-order", user_id: "314159" })]);
    expect(of("rate")).toMatchObject([
      { workspace: "default", app: "any", limit: 2, remaining: 1, allowed: true },
      { remaining: 0, allowed: true },
      { remaining: 0, allowed: false },
    ]);
    expect(of("request")).toMatchObject([
      { status: 202, result: "stored" },
      { status: 400, result: "refused", reason: "bad_request", field: "event_name" },
      { status: 429, result: "refused", reason: "rate_limit_exceeded" },
    ]);
    expect(of("faults")).toMatchObject([[{ status: 500, left: 1 }], []]);
    expect(of("clock")).toMatchObject([{ now: 5000, frozen: true }, { frozen: false }]);
    expect(of("contacts_cleared")).toEqual([{}]);
    controller.abort();
    await emulator.close();
  },
);

test("a client that does not read misses changes, and is told how many", async () => {
  const state = createEmulatorState(resolveOptions({}));
  const controller = new AbortController();
  const stream = streamChanges(state, controller.signal);
  await stream.next();
  const name = "n".repeat(1000);
  const { names } = state.workspace("w");
  for (let sent = 0; sent < 5000; sent += 1) names.put(name, false);
  const { value = "" } = await stream.next();
  const messages = parse(value);
  expect(value.length).toBeLessThan(1.1 * 1024 ** 2);
  expect(messages.at(-1)).toEqual({ event: "dropped", data: { count: 5000 - (messages.length - 1) } });
  names.put("after", false);
  expect(parse((await stream.next()).value ?? "")).toMatchObject([{ data: { name: "after" } }]);
  controller.abort();
  expect((await stream.next()).done).toBe(true);
});

test("after a change that was missed all are, until the client has read: none comes out of order", async () => {
  const state = createEmulatorState(resolveOptions({}));
  const { names } = state.workspace("w");
  const stream = streamChanges(state, new AbortController().signal);
  await stream.next();
  names.put("read", false);
  names.put("n".repeat(1024 ** 2), false);
  names.put("short", false);
  expect(parse((await stream.next()).value ?? "")).toMatchObject([
    { event: "event_name", data: { name: "read" } },
    { event: "dropped", data: { count: 2 } },
  ]);
  await stream.return(undefined);
});

test("clients that left make room: there is a limit to those who follow", async () => {
  const emulator = createEmulator();
  const { url } = await emulator.listen();
  for (let round = 0; round < 2; round += 1) {
    const controller = new AbortController();
    const open = () => fetch(`${url}/_emulator/stream`, { signal: controller.signal });
    // A reply that nobody holds is collected as garbage one day, and its connection with it.
    const held: Response[] = [];
    const until = async (status: number): Promise<void> => {
      for (;;) {
        const reply = await open();
        if (reply.status === status) {
          held.push(reply);
          return;
        }
        await reply.body?.cancel();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    for (let each = 0; each < 32; each += 1) await until(200); // those of the round before have left by then
    expect((await open()).status).toBe(503);
    expect(held).toHaveLength(32);
    controller.abort();
  }
  await emulator.close();
});

test("a signal that outlives many streams hears of none of them", async () => {
  const state = createEmulatorState(resolveOptions({}));
  const { signal } = new AbortController();
  for (let each = 0; each < 100; each += 1) {
    const stream = streamChanges(state, signal);
    await stream.next();
    await stream.return(undefined);
  }
  expect(getEventListeners(signal, "abort")).toEqual([]);
});
