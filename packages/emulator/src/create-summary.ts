import type { ApiCall, Served } from "./api-call.ts";
import { nameContact } from "./create-event.ts";
import { parseBody } from "./parse-body.ts";
import { emptyReply } from "./plain-message.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";
import { validateSummaries } from "./validate-body.ts";

/** `POST /events/summaries`: sets the count, the first and the last time of an event. 200 without a body. */
export function createSummary({ request, workspace, policy }: ApiCall): Served | Refusal {
  const json = parseBody(request.body);
  if (json === undefined) return refuse.invalidJson();
  const valid = validateSummaries(json);
  if (isRefusal(valid)) return valid;
  const { user_id, event_summaries: summary } = valid.body;
  if (!Number.isSafeInteger(summary.count)) return refuse.badParameter("count"); // it could not be counted on
  const contact = nameContact(workspace, { user_id }, policy);
  if (isRefusal(contact)) return contact;
  const { event_name: name, first, last, count } = summary;
  if (!workspace.events.seed(contact.id, { name, first, last, count })) {
    return refuse.tooManyNames(String(policy.eventNames));
  }
  return { reply: emptyReply(200), result: "answered" };
}
