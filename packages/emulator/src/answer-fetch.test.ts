import { getEventListeners } from "node:events";
import process from "node:process";
import { setImmediate } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { createBench, event, origin } from "../test/emulator-bench.ts";
import { answerFetch } from "./answer-fetch.ts";

const headers = { authorization: "Bearer t", "content-type": "application/json" };
const init = { method: "POST", headers, body: JSON.stringify(event()) };

test.each<[string, string | URL | Request, RequestInit?]>([
  ["a text", `${origin}/events`, init],
  ["a URL", new URL("https://api.eu.intercom.io/events"), init],
  ["a request", new Request(`${origin}/events`, init)],
  ["a request and what is to be different about it", new Request(`${origin}/events`, { headers }), init],
])("fetch takes %s", async (_, input, changes) => {
  const { emulator } = createBench();
  const { fetch } = emulator; // as it is handed over
  expect((await fetch(input, changes)).status).toBe(202);
  expect(emulator.events()).toMatchObject([event()]);
});

test.each<[unknown, string]>([
  ["/events", '"/events"'],
  [new URL("ftp://emulator.test/events"), '"ftp://emulator.test/events"'],
  [undefined, '"undefined"'],
  [{ url: `${origin}/events` }, '"[object Object]"'],
])("fetch of %s rejects", async (input, got) => {
  const reply = createBench().emulator.fetch(input as string);
  await expect(reply).rejects.toEqual(
    new TypeError(`Cannot fetch: "input" must be a Request or an absolute http or https URL, got ${got}`),
  );
});

test("fetch rejects what is no request for the reason that Request gives", async () => {
  const reply = createBench().emulator.fetch(origin, { body: "a GET has none" });
  await expect(reply).rejects.toThrow(TypeError);
});

test.each(["/events", "/_emulator/events", "/_emulator/stream"])(
  "of %s nothing comes when the signal has aborted before",
  async (path) => {
    const { emulator } = createBench();
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    await expect(emulator.fetch(`${origin}${path}`, { signal })).rejects.toBe(reason);
    expect(emulator.requests()).toEqual([]);
  },
);

test("of one whose signal aborts right after the call nothing comes", async () => {
  const { emulator } = createBench();
  const controller = new AbortController();
  const reply = emulator.fetch(`${origin}/events`, { ...init, signal: controller.signal });
  controller.abort();
  await expect(reply).rejects.toMatchObject({ name: "AbortError" });
  expect(emulator.requests()).toEqual([]);
});

describe.each(["/events", "/_emulator/import"])("the wait for a body of %s that does not end", (path) => {
  test.each([
    ["the signal", "at once"],
    ["the signal", "later"],
    ["close", "at once"],
    ["close", "later"],
  ])("is ended by %s, %s", async (by, when) => {
    const { emulator } = createBench();
    const { signal, abort } = withAbort();
    const pull = vi.fn();
    const body = new ReadableStream({ pull }, { highWaterMark: 0 });
    const request = { method: "POST", headers, body, duplex: "half", signal } as RequestInit;
    const reply = emulator.fetch(`${origin}${path}`, request);
    const ended = expect(reply).rejects.toThrow(by === "close" ? "fetch failed" : "aborted");
    if (when === "later") await vi.waitUntil(() => pull.mock.calls.length > 0);
    if (by === "close") await emulator.close();
    else abort();
    await ended;
    expect(emulator.requests()).toEqual([]);
  });
});

test("as many as one likes are answered at once", async () => {
  const { emulator } = createBench();
  const warn = vi.fn();
  process.on("warning", warn);
  const replies = Array.from({ length: 20 }, () => emulator.fetch(`${origin}/events`, init));
  await Promise.all(replies);
  await setImmediate();
  process.off("warning", warn);
  expect(warn).not.toHaveBeenCalled();
});

test.each(["/events", "/_emulator/events"])(
  "signals hear nothing more of what was answered at %s",
  async (path) => {
    const { signal: closing } = new AbortController();
    const { signal } = new AbortController();
    const reply = { status: 200, headers: {}, body: "" };
    const inProcess = {
      closing,
      handle: () => ({ reply, breakOff: false, delayMs: 0 }),
      streamed: () => undefined,
    };
    const request = new Request(`${origin}${path}`, { signal });
    for (let each = 0; each < 100; each += 1) await answerFetch(inProcess, request);
    expect(getEventListeners(closing, "abort")).toEqual([]);
    expect(getEventListeners(request.signal, "abort")).toEqual([]);
  },
);

test("the signal breaks off a stream that is read, as it does to one of fetch", async () => {
  const controller = new AbortController();
  const { body } = await createBench().emulator.fetch(`${origin}/_emulator/stream`, {
    signal: controller.signal,
  });
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  expect((await reader.read()).done).toBe(false);
  const next = reader.read();
  controller.abort();
  await expect(next).rejects.toMatchObject({ name: "AbortError" });
});

test("close breaks off a stream that is read, as it does over HTTP", async () => {
  const { emulator } = createBench();
  const { body } = await emulator.fetch(`${origin}/_emulator/stream`);
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  const next = reader.read();
  const ended = expect(next).rejects.toEqual(
    new TypeError("terminated", { cause: new Error("the emulator was closed") }),
  );
  await emulator.close();
  await ended;
});

function withAbort(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
