/** A control request whose body, or reply, may be longer than should be held at once. */
export interface StreamedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: string;
  /** Pieces of UTF-8. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Aborts when nobody reads the reply any more. */
  readonly signal: AbortSignal;
}

/** Its reply. */
export interface StreamedReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<string>;
}

/** Answers a streamed request, or `undefined` when it is none. */
export type StreamedHandler = (
  request: StreamedRequest,
) => StreamedReply | Promise<StreamedReply> | undefined;
