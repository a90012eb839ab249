import { Buffer } from "node:buffer";
import { afterAll, expect, test } from "vitest";
import { createBench, event, second } from "../test/emulator-bench.ts";
import { createEmulator } from "./index.ts";

const text = JSON.stringify(event());
const withText = (value: string): Buffer => Buffer.from(JSON.stringify(event({ metadata: { value } })));

/** `text` as a program that knows no UTF-8 would send it. */
const latin1 = (value: string): Buffer => Buffer.from(withText(value).toString(), "latin1");

const listening = createEmulator({ now: () => second * 1000 });
const { url } = await listening.listen();
afterAll(() => listening.close());

test.each<[string, Buffer, number]>([
  ["JSON", Buffer.from(text), 202],
  ["no bytes", Buffer.alloc(0), 400],
  ["a byte order mark, which JSON has none of", Buffer.from(`\ufeff${text}`), 400],
  ["UTF-8 of four bytes", withText("🦋"), 202],
  ["U+FFFD that was meant", withText("\ufffd"), 202],
  ["Latin-1", latin1("café"), 400],
  [
    "a character that was cut",
    Buffer.concat([Buffer.from(text).subarray(0, -1), Buffer.of(0xf0, 0x9f)]),
    400,
  ],
  ["UTF-16", Buffer.from(text, "utf16le"), 400],
])("%s is answered alike in process and over HTTP", async (_, body, status) => {
  const inProcess = createBench();
  const headers = { authorization: "Bearer t", "content-type": "application/json" };
  const bytes = Uint8Array.from(body);
  const replies = [
    await inProcess.call("/events", { method: "POST", headers, body: bytes }),
    await fetch(`${url}/events`, { method: "POST", headers, body: bytes }),
  ];
  expect(replies.map((reply) => reply.status)).toEqual([status, status]);
  const [here, there] = [inProcess.emulator.requests().at(-1), listening.requests().at(-1)];
  expect([here?.body, here?.reason]).toEqual([there?.body, there?.reason]);
  listening.reset();
});

test("no request that is kept holds its token, whichever way it came", async () => {
  const { emulator, call } = createBench();
  const request = { headers: { authorization: "Bearer a-secret" } };
  for (const path of ["/events?type=user&user_id=1", "/nothing"]) {
    await call(path, request);
    await fetch(`${url}${path}`, request);
  }
  for (const kept of [emulator.requests(), listening.requests()]) {
    expect(kept).toHaveLength(2);
    expect(JSON.stringify(kept)).not.toContain("a-secret");
  }
  listening.reset();
});
