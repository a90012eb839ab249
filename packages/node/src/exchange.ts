import { TextDecoder } from "node:util"; // jsdom has no global one.
import type { WireReply, WireRequest } from "@intercom-events/core";
import type { Dispatcher } from "undici";

/** Names and values in turn, as they came. */
type RawHeaders = readonly Buffer[];

const utf8 = new TextDecoder();
const NOTHING = Promise.resolve("");

/**
 * One request and its whole reply. It is undici's `request` without the stream in which that hands out the
 * body: replies of Intercom are small, and the stream costs as much as a fifth of the request. It has the
 * methods of undici 6, which undici 7 takes as well: they get the headers as they came, where those of
 * undici 7 get an object made of all of them, of which a client looks at a few. Undici 8 takes them through a
 * wrapper of its own.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #resolve: (reply: WireReply) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #lastUse: LastUse;
  #isCancelled = false;
  #abort: ((reason: Error) => void) | undefined;
  #status = 0;
  #headers: RawHeaders = [];
  #chunks: Buffer[] | undefined;

  constructor(resolve: (reply: WireReply) => void, reject: (reason: unknown) => void, lastUse: LastUse) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#lastUse = lastUse;
  }

  /** Ends the request, whether or not it has a connection yet. */
  cancel(): void {
    this.#isCancelled = true;
    const reason = new DOMException("The request was cancelled", "AbortError");
    this.#reject(reason);
    this.#abort?.(reason);
  }

  onConnect(abort: (reason?: Error) => void): void {
    this.#abort = abort;
    if (this.#isCancelled) this.cancel();
  }

  /** Comes several times if there are informational replies before; the last one counts. */
  onHeaders(status: number, headers: RawHeaders): boolean {
    this.#status = status;
    this.#headers = headers;
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.#chunks ??= [];
    this.#chunks.push(chunk);
    return true;
  }

  onComplete(): void {
    this.#lastUse.at = Date.now();
    const headers = this.#headers;
    const chunks = this.#chunks;
    this.#resolve({
      status: this.#status,
      headers: { get: (name) => headerOf(headers, name) },
      text: () => (chunks ? Promise.resolve(utf8.decode(Buffer.concat(chunks))) : NOTHING),
    });
  }

  onError(error: Error): void {
    this.#reject(error);
  }
}

/** An address in the two parts undici wants. */
export interface SplitUrl {
  readonly origin: string;
  /** With the query. */
  readonly path: string;
}

/** When connections of a pool were last seen to be in use. */
export interface LastUse {
  /** Milliseconds since the epoch: a machine that sleeps stops all other clocks. */
  at: number;
}

/** Where a request is sent. */
export interface Target extends SplitUrl {
  /** Of connections, or a single one. */
  readonly pool: Dispatcher;
  readonly lastUse: LastUse;
}

/** Sends a request over a connection of the pool, and resolves once the whole reply has come. */
export function exchange(
  { pool, lastUse, origin, path }: Target,
  { method, headers, body, onCancel }: WireRequest,
): Promise<WireReply> {
  return new Promise((resolve, reject) => {
    const options = { origin, path, method: method as "GET" | "POST", headers, body: body ?? null };
    const handler = new Exchange(resolve, reject, lastUse);
    lastUse.at = Date.now();
    onCancel?.(() => handler.cancel());
    pool.dispatch(options, handler);
  });
}

/** The first of the headers with a name. */
function headerOf(headers: RawHeaders, name: string): string | null {
  for (let index = 0; index < headers.length; index += 2) {
    const found = headers[index] as Buffer;
    if (found.length !== name.length || found.toString("latin1").toLowerCase() !== name.toLowerCase())
      continue;
    return (headers[index + 1] as Buffer).toString("latin1");
  }
  return null;
}
