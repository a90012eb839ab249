import { emptyReply, jsonReply, type PlainReply } from "./plain-message.ts";
import type { ErrorList } from "./wire.ts";

/** A reply other than success, before it is written as an error list. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** The field or header it is about. For those who look at the emulator; replies do not name it. */
  readonly field?: string | undefined;
}

const refusal =
  (status: number, code: string, message: (detail: string) => string, about?: string) =>
  (detail = "", field = about): Refusal => ({ status, code, message: message(detail), field });

/** Every way in which the emulator says no by itself. */
export const refuse = {
  // intercom-ruby#87, intercom-node#273: the server goes on to look for a list of events, in `data`.
  missingData: (field: string): Refusal => ({
    status: 400,
    code: "parameter_not_found",
    message: "missing data parameter",
    field,
  }),
  // The shape of intercom-node#131.
  badParameter: (field: string): Refusal => ({
    status: 400,
    code: "bad_request",
    message: `bad '${field}' parameter`,
    field,
  }),
  // intercom-ruby#607 and #393: the text of Rails' strong parameters.
  unpermitted: (keys: readonly string[]): Refusal => ({
    status: 400,
    code: "parameter_invalid",
    message: `found unpermitted parameter${keys.length > 1 ? "s" : ""}: ${keys.map((key) => `:${key}`).join(", ")}`,
    field: `metadata.${keys[0]}`,
  }),
  // The code is documented (http-responses, 2.17), the message is not.
  invalidJson: refusal(400, "parameter_invalid", () => "Invalid JSON in the request body"),
  invalidVersion: refusal(
    400,
    "intercom_version_invalid",
    () => "The requested version could not be found",
    "Intercom-Version",
  ),
  invalidToken: refusal(401, "unauthorized", () => "Access Token Invalid", "Authorization"),
  missingScope: refusal(
    403,
    "forbidden",
    (scope) => `You do not have the required scope (${scope}) to access this resource`,
  ),
  unknownContact: refusal(404, "not_found", () => "User Not Found"), // intercom-dotnet#181
  unknownResource: refusal(404, "not_found", () => "Resource Not Found"), // intercom-node#98
  notAcceptable: refusal(
    406,
    "media_type_not_acceptable", // intercom-ruby#240
    () => "The Accept header should send a media type of application/json",
    "Accept",
  ),
  ambiguousEmail: refusal(
    409,
    "conflict", // intercom-php#273, on another endpoint
    (email) =>
      `Multiple existing users match this email address ${email} - must be more specific using user_id`,
    "email",
  ),
  bodyTooLarge: refusal(413, "parameter_invalid", () => "The request body is too large"),
  unsupportedMediaType: refusal(415, "unsupported", () => "", "Content-Type"),
  // Seen on the Messenger's endpoint (neo4j training-v3#56); the code is a string there.
  tooManyNames: refusal(
    422,
    "422",
    (limit) => `Cannot have more than ${limit} active event names`,
    "event_name",
  ),
  rateLimited: refusal(
    429,
    "rate_limit_exceeded",
    (limit) => `Exceeded rate limit of ${limit} in 10_seconds`,
  ),
  // The emulator's own, so that it is not taken for something Intercom says.
  full: refusal(
    507,
    "emulator_full",
    () => "The emulator holds as much as its option maxBytes allows: reset it, or allow more",
  ),
} as const;

/** True for a refusal among an endpoint's results. */
export function isRefusal(value: object): value is Refusal {
  return "code" in value;
}

/** Writes a refusal the way Intercom does. */
export function refusalReply({ status, code, message }: Refusal, requestId: string): PlainReply {
  if (status === 415) return emptyReply(status); // no body of it has been seen
  const errors = [{ code, message }];
  const list: ErrorList =
    status === 406 // seen without a request id (intercom-ruby#240)
      ? { type: "error.list", errors }
      : { type: "error.list", request_id: requestId, errors };
  const reply = jsonReply(status, list);
  if (status !== 401) return reply;
  return { ...reply, headers: { ...reply.headers, "www-authenticate": 'Basic realm="intercom.io"' } };
}
