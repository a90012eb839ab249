import type { Endpoint, Served } from "./api-call.ts";
import { createEvent } from "./create-event.ts";
import { createSummary } from "./create-summary.ts";
import type { EmulatorState } from "./emulator-state.ts";
import { listEvents } from "./list-events.ts";
import { type PlainRequest, withoutSlash } from "./plain-message.ts";
import type { RateTicket } from "./rate-window.ts";
import { type Refusal, refuse } from "./refusal.ts";
import type { Caller } from "./tokens.ts";

/** Who asks, and whether the rate window lets them; `undefined` without an accepted token. */
export type Admission = { readonly caller: Caller; readonly ticket: RateTicket } | undefined;

const endpoints: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ["POST /events", { scope: "write_events", serve: createEvent }],
  ["GET /events", { scope: "read_events", serve: listEvents }],
  ["POST /events/summaries", { scope: "write_events", serve: createSummary }],
]);

/** Intercom's REST API: the checks every endpoint shares, then the endpoint. */
export function serveApi(
  state: EmulatorState,
  request: PlainRequest,
  admission: Admission,
): Served | Refusal {
  if (!acceptsJson(request.headers.accept)) return refuse.notAcceptable();
  const endpoint = endpoints.get(`${request.method} ${withoutSlash(request.path)}`);
  if (!endpoint) return refuse.unknownResource();
  if (!admission) return refuse.invalidToken();
  const { caller, ticket } = admission;
  if (!ticket.allowed) return refuse.rateLimited(String(ticket.limit));
  if (!isVersion(request.headers["intercom-version"])) return refuse.invalidVersion();
  if (!caller.scopes.has(endpoint.scope)) return refuse.missingScope(endpoint.scope);
  if (request.method === "POST") {
    if (request.body === undefined) return refuse.bodyTooLarge();
    if (!isJson(request.headers["content-type"])) return refuse.unsupportedMediaType();
    if (state.storage.isFull()) return refuse.full();
    if (!request.isUtf8) return refuse.invalidJson(); // JSON is UTF-8 (RFC 8259, 8.1)
  }
  return endpoint.serve({ request, workspace: state.workspace(caller.app.workspace), policy: state.policy });
}

/** Without the header too Intercom answers 406 (intercom-ruby#240). */
function acceptsJson(accept = ""): boolean {
  return accept
    .split(",")
    .some((range) => /^\s*(application\/json|application\/\*|\*\/\*)\s*(;|$)/i.test(range));
}

function isJson(contentType = ""): boolean {
  return /^\s*application\/json\s*(;|$)/i.test(contentType);
}

/** The enum of Intercom's own spec, and 2.17, which its pages show. `Preview` is case-sensitive (Intercom-OpenAPI#669). */
function isVersion(version: string | undefined): boolean {
  return version === undefined || /^(1\.[0-4]|2\.(\d|1[0-7])|Preview)$/.test(version);
}
