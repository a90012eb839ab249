import type { FailedVerdict, RelayReply, RelayResult } from "@intercom-events/core";

/** What became of one event in one request. */
export type Answer =
  | { readonly status: "accepted" | "duplicate" }
  /** It has not been taken; whether it may come again depends on the kind of verdict. */
  | { readonly verdict: FailedVerdict }
  /** The batch was too large. */
  | { readonly status: "too_large" };

/** What is read of a reply. */
export interface Reply {
  readonly status: number;
  readonly text: string;
}

type Kind = Exclude<FailedVerdict["kind"], "unreachable" | "timeout">;

/**
 * Reads what a relay answered (`spec/relay.yaml`): event by event in the order of the batch, or one answer
 * for the whole of it. What is no such answer counts as an error of the server. Pure and total.
 *
 * @param count events in the batch
 */
export function readReply({ status, text }: Reply, count: number): Answer[] | Answer {
  let body: (Partial<RelayReply> & { error?: { code?: unknown } | null }) | undefined;
  try {
    body = JSON.parse(text);
  } catch {
    // Blank, HTML or cut off.
  }
  if (status === 200 && Array.isArray(body?.results) && body.results.length === count) {
    return body.results.map(answerOf);
  }
  if (status === 413 && count > 1) return { status: "too_large" };
  return refusal(kindOf(status, body?.error?.code), status, body?.error);
}

/**
 * By which code a relay refuses a page or its batch, by status (`spec/relay.yaml`). A method or a type that it does not
 * take is none of ours: on the way something has changed it.
 */
const REFUSALS: Readonly<Record<number, Kind>> = { 400: "invalid_request", 403: "forbidden" };

/** What proxies say for a relay as well. */
const KINDS: Readonly<Record<number, Kind>> = {
  401: "unauthorized",
  413: "invalid_request",
  429: "rate_limited",
};

/** What is no word of a relay may be one of a proxy, or a framework, while the relay is not there. */
function kindOf(status: number, code: unknown): Kind {
  const refusal = REFUSALS[status];
  return refusal && code === refusal ? refusal : (KINDS[status] ?? "server_error");
}

function answerOf(result: RelayResult): Answer {
  const { status, code } = (result ?? {}) as Partial<RelayResult>;
  if (status === "accepted" || status === "duplicate") return { status };
  // `retry`, and what no relay says, come again.
  if (status !== "rejected") return refusal("server_error", 200, result);
  return refusal(code === "contact_not_found" ? code : "invalid_request", 200, result);
}

function refusal(kind: Kind, status: number, said: unknown): Answer {
  const { code, message } = (said ?? {}) as Record<string, unknown>;
  const errors =
    typeof code === "string" ? [{ code, message: typeof message === "string" ? message : "" }] : [];
  return { verdict: { kind, status, errors } };
}
