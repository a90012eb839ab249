/** What became of a request. */
export type RequestResult = "stored" | "duplicate" | "answered" | "refused";

/** A request that Intercom's side of the emulator got. Control requests are not recorded. */
export interface RecordedRequest {
  /** When it came, in milliseconds of the emulator's clock. */
  readonly at: number;
  /** The reply's `X-Request-Id`. */
  readonly requestId: string;
  readonly method: string;
  /** With the query, as it was sent. */
  readonly path: string;
  /** By lower-case name. The value of `authorization` is not kept. */
  readonly headers: Readonly<Record<string, string>>;
  /** As text; empty when it was too large. */
  readonly body: string;
  /** Absent when the connection was reset in place of a reply. */
  readonly status?: number;
  /** "answered" is a success that stores no event, such as a list. */
  readonly result: RequestResult;
  /** Why it was refused: the error's code, or "fault". */
  readonly reason?: string;
}

/** Totals since the start, or the last reset. */
export interface RequestCounts {
  readonly requests: number;
  readonly results: Readonly<Record<RequestResult, number>>;
  /** Replies by status. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** The latest requests, and totals over all of them. */
export interface RequestLog {
  add(request: RecordedRequest): void;
  /** Oldest first. */
  list(): RecordedRequest[];
  counts(): RequestCounts;
  clear(): void;
}

const noResults: RequestCounts["results"] = { stored: 0, duplicate: 0, answered: 0, refused: 0 };

/** Creates a log that keeps the latest `retained` requests. */
export function createRequestLog(retained: number): RequestLog {
  let kept: RecordedRequest[] = [];
  let results = { ...noResults };
  let statuses: Record<string, number> = {};
  let requests = 0;
  return {
    add(request) {
      requests += 1;
      results[request.result] += 1;
      if (request.status !== undefined) statuses[request.status] = (statuses[request.status] ?? 0) + 1;
      kept.push(request);
      if (kept.length >= 2 * retained) kept = kept.slice(-retained); // now and then, not each time
    },
    list: () => kept.slice(-retained),
    counts: () => ({ requests, results: { ...results }, statuses: { ...statuses } }),
    clear() {
      kept = [];
      results = { ...noResults };
      statuses = {};
      requests = 0;
    },
  };
}
