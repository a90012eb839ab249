import type { Clock } from "@intercom-events/core";
import { type Refusal, refuse } from "./refusal.ts";

/** How much of a body is read, and for how long. */
export interface BodyBounds {
  readonly maxBytes: number;
  /** Milliseconds for the whole body. */
  readonly bodyTimeout: number;
  readonly clock: Clock;
}

/**
 * Reads a body as text, never more than its bound.
 *
 * @throws {TypeError} if somebody else has read it before
 */
export async function readBody(request: Request, bounds: BodyBounds): Promise<{ text: string } | Refusal> {
  if (!isReadable(request.headers)) return refuse("unsupported_media_type");
  const { maxBytes } = bounds;
  const tooLarge = refuse("too_large", `The body must have at most ${maxBytes} bytes`);
  if (Number(request.headers.get("content-length")) > maxBytes) return tooLarge;
  if (request.bodyUsed)
    throw new TypeError("The body of the request was read before the relay could read it");
  if (!request.body) return refuse("invalid_request");
  const reader = request.body.getReader();
  const stop = (): void => void reader.cancel().catch(() => undefined); // Whoever sends may be gone.
  let isLate = false;
  const cancelTimer = bounds.clock.after(bounds.bodyTimeout, () => {
    isLate = true;
    stop(); // Which ends the read that waits.
  });
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    let text = "";
    let bytes = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (isLate) return refuse("request_timeout");
      if (done) return { text: text + decoder.decode() };
      bytes += value.byteLength;
      if (bytes > maxBytes) {
        stop();
        return tooLarge;
      }
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    stop();
    // In workerd a read that waits does not end when it is cancelled, but fails.
    if (isLate) return refuse("request_timeout");
    return refuse("invalid_request", "The body must be whole, and in UTF-8");
  } finally {
    cancelTimer();
  }
}

/** The two types of the contract; without a charset both are UTF-8. */
const READABLE = /^(?:text\/plain|application\/json)\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

function isReadable(headers: Headers): boolean {
  const encoding = headers.get("content-encoding");
  return (
    READABLE.test(headers.get("content-type") ?? "") && (encoding === null || /^identity$/i.test(encoding))
  );
}
