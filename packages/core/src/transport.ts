/** One HTTP request as plain data. */
export interface WireRequest {
  /** `GET` or `POST`. */
  readonly method: string;
  /** Absolute address, with the query. */
  readonly url: string;
  /** Names in lower case; holds the access token, so it is never to be logged. */
  readonly headers: Readonly<Record<string, string>>;
  /** UTF-8 text. */
  readonly body?: string;
  /** An `AbortSignal` that ends the request, also while its reply is being read; `never` where the compiler knows of none. */
  readonly signal?: typeof globalThis extends { AbortSignal: { prototype: infer Signal } } ? Signal : never;
  /**
   * Has a function called when `signal` would be aborted, unless the request has ended. For transports that
   * need no signal, which is made only when it is asked for and costs more than the rest of a request.
   */
  readonly onCancel?: (listener: () => void) => void;
}

/** One HTTP reply; a web `Response` is one, of which 8 MiB are read at most. */
export interface WireReply {
  /** The HTTP status. */
  readonly status: number;
  /** Headers by name, in any case; `null` for one that is not there. */
  readonly headers: { get(name: string): string | null };
  /** The whole body, decoded as UTF-8. Called once. */
  text(): Promise<string>;
}

/**
 * Sends one request and returns its reply, whatever the status. It rejects only when nothing was
 * said: no connection, no reply, or an aborted signal. It follows no redirect, repeats nothing and
 * judges nothing.
 */
export type Transport = (request: WireRequest) => Promise<WireReply>;

/** A {@link WireReply} whose body has been read. */
export interface ReadReply {
  /** The HTTP status. */
  readonly status: number;
  /** Headers by name, in any case; `null` for one that is not there. */
  readonly headers: { get(name: string): string | null };
  /** The whole body, decoded as UTF-8. */
  readonly body: string;
}

/** A {@link ReadReply} as a log, a file or a test keeps it. */
export interface RecordedReply extends Omit<ReadReply, "headers"> {
  /** Headers by name, in any case. */
  readonly headers: Readonly<Record<string, string>>;
}
