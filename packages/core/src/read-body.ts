import type { WireReply } from "./transport.ts";

/** Largest body that is read, in bytes: a full page of events is far below, an endless body is not. */
const MAX_BODY = 8 * 1024 * 1024;

/**
 * The body of a reply as text. That of a web `Response` is read as far as any is meant to be; what a transport has read
 * is taken as it is.
 *
 * @throws {RangeError} for a `Response` whose body is longer than 8 MiB
 */
export function readBody(reply: WireReply & { readonly body?: unknown }): Promise<string> {
  const { body } = reply;
  return isStream(body) ? readStream(body) : reply.text();
}

function isStream(body: unknown): body is ReadableStream<Uint8Array> {
  return typeof (Object(body) as Partial<ReadableStream>).getReader === "function";
}

async function readStream(body: ReadableStream<Uint8Array>): Promise<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let [text, size] = ["", 0];
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    if (size > MAX_BODY) {
      reader.cancel().catch(() => undefined); // Or the rest would go on coming.
      throw new RangeError(`The reply has more than ${MAX_BODY} bytes`);
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}
