import type { RecordedRequest } from "../../src/request-log.ts";

/** What the reason of a refusal means, in a sentence; `undefined` for one that speaks for itself. */
export function explainRefusal({
  reason,
  field,
}: Pick<RecordedRequest, "reason" | "field">): string | undefined {
  switch (reason) {
    case "parameter_not_found":
      return `The body has no ${field ?? "data"}. Intercom's reply does not name it.`;
    case "bad_request":
      return `${field ?? "A field"} has a value of the wrong kind.`;
    case "parameter_invalid":
      return field
        ? `${field} is neither plain, a rich link nor a monetary amount.`
        : "The body is no JSON, not in UTF-8, or too long.";
    case "not_found":
      return field
        ? `No contact has this ${field}. An event never creates one at Intercom.`
        : "There is no such endpoint.";
    case "unauthorized":
      return "The access token is missing, or none that is accepted.";
    case "forbidden":
      return "The token lacks the scope that this endpoint needs.";
    case "media_type_not_acceptable":
      return "Accept must allow application/json.";
    case "unsupported":
      return "Content-Type must be application/json.";
    case "intercom_version_invalid":
      return "There is no such version of the API.";
    case "conflict":
      return "Several users have this e-mail address: name one by user_id.";
    case "422":
      return "Every place for an event name is taken. Archive one under Event names.";
    case "rate_limit_exceeded":
      return "The rate window is used up.";
    case "emulator_full":
      return "The emulator holds as much as its option maxBytes allows.";
    case "fault":
      return "A fault that was set here met the request.";
    default:
      return undefined;
  }
}
