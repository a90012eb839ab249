import type { DecodedBody } from "./decode-body.ts";

/** A request as plain data, so that requests in process and over HTTP are answered by the same code. */
export interface PlainRequest extends DecodedBody {
  readonly method: string;
  /** Scheme and authority the caller used, for links in replies. */
  readonly origin: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
  /** By lower-case name. The value of `authorization` is replaced: requests are recorded. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The value of that header. */
  readonly authorization: string | undefined;
}

/** What stands for a token in recorded requests. */
export const notKept = "[not kept]";

/** A reply as plain data. Header names are lower case. */
export interface PlainReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The longest body that is read: 1 MiB. Intercom's own limit is not documented. */
export const bodyLimit = 1_048_576;

const json = { "content-type": "application/json; charset=utf-8" };

/** A reply with `value` as its JSON body. */
export function jsonReply(status: number, value: unknown): PlainReply {
  return { status, headers: json, body: JSON.stringify(value) };
}

/** A reply without a body. */
export function emptyReply(status: number): PlainReply {
  return { status, headers: {}, body: "" };
}

/** Parses JSON; `undefined`, which JSON cannot express, when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The path of an endpoint, which may be sent with a slash at its end: a log of 2016 shows `POST /events/` answered with 202. */
export function withoutSlash(path: string): string {
  return path.replace(/\/$/, "");
}

/** What is sent of a body that breaks off; of an empty one a space. */
export function firstHalf(body: string): string {
  return body.slice(0, Math.ceil(body.length / 2)) || " ";
}
