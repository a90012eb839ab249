import type { WireReply, WireRequest } from "@intercom-events/core";
import type { Dispatcher, Pool } from "undici";

type ReplyHeaders = Record<string, string | string[] | undefined>;

const utf8 = new TextDecoder();

/**
 * One request and its whole reply. It is undici's `request` without the stream in which that hands out the
 * body: replies of Intercom are small, and the stream costs as much as a fifth of the request.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #resolve: (reply: WireReply) => void;
  readonly #reject: (reason: unknown) => void;
  #isCancelled = false;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: ReplyHeaders = {};
  readonly #chunks: Buffer[] = [];

  constructor(resolve: (reply: WireReply) => void, reject: (reason: unknown) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Ends the request, whether or not it has a connection yet. */
  cancel(): void {
    this.#isCancelled = true;
    const reason = new DOMException("The request was cancelled", "AbortError");
    this.#reject(reason);
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isCancelled) this.cancel();
  }

  /** Comes several times if there are informational replies before; the last one counts. */
  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: ReplyHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const headers = this.#headers;
    const chunks = this.#chunks;
    this.#resolve({
      status: this.#status,
      headers: { get: (name) => firstOf(headers[name.toLowerCase()]) },
      text: async () => (chunks.length === 0 ? "" : utf8.decode(Buffer.concat(chunks))),
    });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#reject(error);
  }
}

/** Sends a request over a connection of the pool, and answers once the whole reply has come. */
export function exchange(
  pool: Pool,
  path: string,
  { method, headers, body, onCancel }: WireRequest,
): Promise<WireReply> {
  return new Promise((resolve, reject) => {
    const options = { path, method: method as "GET" | "POST", headers, body: body ?? null };
    const handler = new Exchange(resolve, reject);
    onCancel?.(() => handler.cancel());
    pool.dispatch(options, handler);
  });
}

/** A header as one text; undici answers a list where a header came several times. */
function firstOf(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
