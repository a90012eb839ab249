import createApiClient from "openapi-fetch";
import type { Cancellation } from "./cancellation.ts";
import type { components, operations, paths } from "./generated/openapi.ts";
import { readBody } from "./read-body.ts";
import type { ReadReply, Transport, WireRequest } from "./transport.ts";
import { wellFormedJson } from "./well-formed-json.ts";

/** The query of `GET /events`, as the spec has it. */
export type ListEventsQuery = operations["listEvents"]["parameters"]["query"];

/** The body of `POST /events/summaries`, as the spec has it. */
type WireEventSummary = components["schemas"]["CreateEventSummariesRequest"];

/** What one call needs besides its arguments. */
export interface CallOptions {
  /** The access token of this call. */
  readonly token: string;
  /** Ends the call, also while its reply is being read. */
  readonly cancellation: Cancellation;
}

/** The operations of the spec, each returning the reply unjudged, with its body read. */
export interface Api {
  /** `POST /events`. @param json the text of a `CreateEventRequest`, sent as it is */
  createEvent(json: string, options: CallOptions): Promise<ReadReply>;
  /** `GET /events`. @param query parameters, or the query of a `pages.next` address as it is */
  listEvents(query: ListEventsQuery | string, options: CallOptions): Promise<ReadReply>;
  /** `POST /events/summaries`. */
  createEventSummary(summary: WireEventSummary, options: CallOptions): Promise<ReadReply>;
}

/** What all calls have in common. */
export interface ApiOptions {
  readonly transport: Transport;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** Sent with each call, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The calls of the spec, whose paths, queries and bodies the compiler checks against the generated types,
 * bridged to a {@link Transport}.
 */
export function createApi({ transport, baseUrl, headers }: ApiOptions): Api {
  const client = createApiClient<paths>({
    baseUrl,
    // A web Request and its Headers cost more than the rest of a call together.
    Request: PlainRequest as unknown as typeof Request,
    bodySerializer: (body) => wellFormedJson(JSON.stringify(body)),
  });

  const jsonHeaders = { ...headers, "content-type": "application/json" };
  const eventsUrl = `${baseUrl}${"/events" satisfies keyof paths}`;

  async function send(
    method: string,
    url: string,
    body: string | undefined,
    { token, cancellation }: CallOptions,
  ): Promise<ReadReply> {
    const authorization = `Bearer ${token}`;
    const all = body === undefined ? headers : jsonHeaders;
    const request = {
      method,
      url,
      headers: { ...all, authorization },
      onCancel: (listener: () => void) => cancellation.listen(listener),
      [CANCELLATION]: cancellation,
    };
    const wire: WireRequest = body === undefined ? request : Object.assign(request, { body });
    Object.defineProperty(wire, "signal", SIGNAL);
    const reply = await transport(wire);
    return { status: reply.status, headers: reply.headers, body: await readBody(reply) };
  }

  /** The part of each call that is no business of openapi-fetch. */
  function through(options: CallOptions) {
    return {
      parseAs: "stream", // That is, not at all.
      async fetch(request: unknown): Promise<Response> {
        const { method, url, body } = request as PlainRequest;
        return unjudged(await send(method, url, body, options));
      },
    } as const;
  }

  return {
    // Its body is JSON already, and openapi-fetch would cost more than all else that is done here for an event.
    createEvent: (body, options) => send("POST", eventsUrl, body, options),
    async listEvents(query, options) {
      const { response } = await client.GET("/events", {
        ...through(options),
        ...(typeof query === "string"
          ? { params: { query: { type: "user" } }, querySerializer: () => query }
          : { params: { query } }),
      });
      return response as unknown as ReadReply;
    },
    async createEventSummary(summary, options) {
      const { response } = await client.POST("/events/summaries", { ...through(options), body: summary });
      return response as unknown as ReadReply;
    },
  };
}

const CANCELLATION = Symbol("cancellation");

/** One for all requests, for them to be of one shape; its own property, as transports may copy the request. */
const SIGNAL = {
  enumerable: true,
  get(this: { readonly [CANCELLATION]: Cancellation }): AbortSignal {
    return this[CANCELLATION].signal;
  },
};

/** The part of a web `Request` that openapi-fetch fills in, as plain data. */
class PlainRequest {
  readonly url: string;
  readonly method: string;
  readonly body: string | undefined;
  constructor(url: string, init: { method: string; body?: string }) {
    this.url = url;
    this.method = init.method;
    this.body = init.body;
  }
}

/**
 * A reply as openapi-fetch hands it through untouched. It parses by `ok` and reports an empty 503 as
 * no error, so every reply says `ok` here and the classifier goes by the status alone.
 */
function unjudged(reply: ReadReply): Response {
  return { ok: true, ...reply } satisfies ReadReply & { ok: true } as unknown as Response;
}
