import { expect, test, vi } from "vitest";
import { startClient } from "../tests/start-client.ts";
import { readBody } from "./read-body.ts";
import type { WireReply } from "./transport.ts";

const MIB = 1024 * 1024;

/** A reply that has so many bytes, in parts of a MiB, and what is told once nobody reads on. */
function replyOf(bytes: number) {
  const cancelled = vi.fn();
  let left = bytes;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const size = Math.min(left, MIB);
      left -= size;
      if (size > 0) controller.enqueue(new Uint8Array(size).fill(0x61));
      if (left === 0) controller.close();
    },
    cancel: cancelled,
  });
  return { reply: new Response(body, { status: 500 }), cancelled };
}

test("a web Response is read up to 8 MiB", async () => {
  expect(await readBody(replyOf(8 * MIB).reply)).toHaveLength(8 * MIB);
  const { reply, cancelled } = replyOf(8 * MIB + 1);
  await expect(readBody(reply)).rejects.toThrow(new RangeError("The reply has more than 8388608 bytes"));
  const endless = replyOf(Number.MAX_SAFE_INTEGER);
  await expect(readBody(endless.reply)).rejects.toThrow(RangeError);
  expect(endless.cancelled).toHaveBeenCalled();
  expect(cancelled).not.toHaveBeenCalled(); // It had ended.
});

test("characters that are parted are read as one", async () => {
  const bytes = new TextEncoder().encode("\ufeffé👍");
  const body = new ReadableStream({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  expect(await readBody(new Response(body))).toBe("é👍");
});

test.each([
  ["no body", new Response(null, { status: 202 }), ""],
  ["a text of its own", bare("text"), "text"],
  ["a body that is no stream", { ...bare("text"), body: "other" }, "text"],
])("%s is read as it is", async (_, reply, text) => {
  expect(await readBody(reply)).toBe(text);
});

function bare(text: string): WireReply {
  return { status: 202, headers: new Headers(), text: async () => text };
}

test("a reply that is too long is none", async () => {
  const { client } = startClient({ transport: async () => replyOf(9 * MIB).reply });
  expect(await client.track({ userId: "1", eventName: "logged-in" })).toMatchObject({
    status: "rejected",
    verdict: { kind: "unreachable", cause: { name: "RangeError" } },
  });
});
