/** What became of a request. */
export type RequestResult = "stored" | "duplicate" | "answered" | "refused";

/** A request that Intercom's side of the emulator got. Control requests are not recorded. */
export interface RecordedRequest {
  /** When it came, in milliseconds of the emulator's clock. */
  readonly at: number;
  /** The reply's `X-Request-Id`. */
  readonly requestId: string;
  /** As it was sent. */
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
  /** The field or header it was refused for, which Intercom's reply need not name. */
  readonly field?: string;
}

/** Totals since the start, or the last reset. */
export interface RequestCounts {
  /** All requests. */
  readonly requests: number;
  /** Requests by what became of them. */
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

/** The results there are, as messages name them. */
export const resultNames = "stored, duplicate, answered or refused";

/** Whether something is what can become of a request. */
export function isResult(value: unknown): value is RequestResult {
  return typeof value === "string" && Object.hasOwn(noResults, value);
}

/** How much text of bodies is kept, whatever number of requests was asked for: 64 MiB. */
const bodyBudget = 64 * 1024 ** 2;

/** Creates a log that keeps the latest `retained` requests, fewer when their bodies are long. */
export function createRequestLog(retained: number): RequestLog {
  let kept: RecordedRequest[] = [];
  let bodies = 0;
  let results = { ...noResults };
  let statuses: Record<string, number> = {};
  let requests = 0;

  /** Now and then, not each time. */
  function trim(): void {
    let from = Math.max(0, kept.length - retained);
    let left = bodyBudget;
    for (let index = kept.length - 1; index >= from; index -= 1) {
      left -= kept[index]?.body.length ?? 0;
      if (left < 0) from = index + 1;
    }
    kept = kept.slice(from);
    bodies = kept.reduce((sum, { body }) => sum + body.length, 0);
  }

  return {
    add(request) {
      requests += 1;
      results[request.result] += 1;
      if (request.status !== undefined) statuses[request.status] = (statuses[request.status] ?? 0) + 1;
      kept.push(request);
      bodies += request.body.length;
      if (kept.length >= 2 * retained || bodies >= 2 * bodyBudget) trim();
    },
    list() {
      if (kept.length > retained || bodies > bodyBudget) trim();
      return [...kept];
    },
    counts: () => ({ requests, results: { ...results }, statuses: { ...statuses } }),
    clear() {
      kept = [];
      bodies = 0;
      results = { ...noResults };
      statuses = {};
      requests = 0;
    },
  };
}
