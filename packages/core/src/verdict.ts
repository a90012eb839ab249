/** One entry of the `errors` list that Intercom sends. */
export interface ReplyError {
  /** What kind of error, for instance `not_found`; Intercom may add codes. */
  readonly code: string;
  /** What is wrong, for people. */
  readonly message: string;
  /** The field concerned, in older API versions. */
  readonly field?: string;
}

/** What each verdict about a reply carries. */
export interface Replied {
  /** The HTTP status. */
  readonly status: number;
  /** Intercom's errors; empty when the reply had none that could be read. */
  readonly errors: readonly ReplyError[];
  /** Names the request towards Intercom's support. */
  readonly requestId?: string;
}

/** What Intercom said to one attempt. */
export type Verdict =
  /** Any 2xx. */
  | { readonly kind: "accepted" }
  /** 429. */
  | ({
      readonly kind: "rate_limited";
      /** When to ask again, in milliseconds since the epoch of the local clock. */
      readonly resetAt?: number;
    } & Replied)
  /** 5xx, 407, 408, 421, 425, a redirect, or no HTTP status at all: asking again may help. */
  | ({ readonly kind: "server_error"; readonly message?: string } & Replied)
  /**
   * No reply: refused, reset, unknown host, failed TLS. `cause`: what the transport threw, of a client as an error with
   * its name, message and stack, and `code`, `errno`, `syscall`, `hostname`, `address` and `port` if it has them, without
   * what else hangs on it. JSON leaves out the stack alone.
   */
  | { readonly kind: "unreachable"; readonly cause: unknown }
  /** No reply in time. */
  | { readonly kind: "timeout" }
  /** 404: there is no such contact, or not yet. */
  | ({ readonly kind: "contact_not_found" } & Replied)
  /** 401: the access token is the problem, not the event. */
  | ({ readonly kind: "unauthorized" } & Replied)
  /** 402 and 403: the access token or the workspace may not do this. */
  | ({ readonly kind: "forbidden" } & Replied)
  /** Any other 4xx: the request is wrong and will be wrong again. */
  | ({ readonly kind: "invalid_request" } & Replied);

/** The kinds of {@link Verdict}. */
export type VerdictKind = Verdict["kind"];
