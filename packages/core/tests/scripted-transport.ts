import type { Transport, WireReply, WireRequest } from "../src/transport.ts";

/** A request that came, and the ways to answer it. */
export interface SentRequest extends WireRequest {
  readonly signal: AbortSignal;
  /** Answers as HTTP would. */
  reply(status: number, body?: string, headers?: Readonly<Record<string, string>>): void;
  /** Answers anything at all. */
  answer(reply: unknown): void;
  /** Rejects, as when the connection is reset. */
  fail(cause?: unknown): void;
}

/** A transport to an Intercom whose replies the test writes. */
export interface ScriptedTransport {
  readonly send: Transport;
  /** All requests so far, oldest first. */
  readonly sent: readonly SentRequest[];
  /** Requests without an answer, oldest first. */
  open(): SentRequest[];
}

/**
 * A transport that does nothing by itself, and does not even heed the signal.
 *
 * @param onRequest told of each request at once, while it is being sent
 */
export function scriptedTransport(onRequest?: (request: SentRequest) => void): ScriptedTransport {
  const sent: SentRequest[] = [];
  const answered = new Set<SentRequest>();
  return {
    sent,
    open: () => sent.filter((request) => !answered.has(request)),
    send: (wire) =>
      new Promise<WireReply>((resolve, reject) => {
        const request: SentRequest = {
          ...wire,
          signal: wire.signal as AbortSignal,
          reply: (status, body = "", headers = {}) =>
            request.answer({ status, headers: new Headers(headers), text: async () => body }),
          answer(reply) {
            answered.add(request);
            resolve(reply as WireReply);
          },
          fail(cause = new Error("reset")) {
            answered.add(request);
            reject(cause);
          },
        };
        sent.push(request);
        onRequest?.(request);
      }),
  };
}
