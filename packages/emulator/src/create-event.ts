import type { ApiCall, Served } from "./api-call.ts";
import type { Contact, Identities } from "./contact.ts";
import type { Workspace } from "./emulator-state.ts";
import type { NewEvent } from "./event-store.ts";
import { isText } from "./misuse.ts";
import type { Policy } from "./options.ts";
import { parseBody } from "./parse-body.ts";
import { emptyReply } from "./plain-message.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";
import { validateEvent } from "./validate-body.ts";

/** `POST /events`: 202 without a body, for a duplicate too. */
export function createEvent({ request, workspace, policy }: ApiCall): Served | Refusal {
  const json = parseBody(request.body);
  if (json === undefined) return refuse.invalidJson();
  const valid = validateEvent(json);
  if (isRefusal(valid)) return valid;
  const named = namedIn(valid.body);
  const contact = nameContact(workspace, named, policy);
  if (isRefusal(contact)) return contact;
  const { event_name, created_at, metadata } = valid.body;
  const result = addEvent(workspace, contact, { event_name, created_at, metadata, named }, policy);
  return typeof result === "string" ? { reply: emptyReply(202), result } : result;
}

/** Stores an event, unless it is there already. */
export function addEvent(
  { events }: Workspace,
  contact: Contact,
  event: NewEvent,
  policy: Policy,
): "stored" | "duplicate" | Refusal {
  const added = events.add(contact, event);
  if (added === "too_many_names") return refuse.tooManyNames(String(policy.eventNames));
  return added === "duplicate" ? added : "stored";
}

/** The contact a request that writes is about. */
export function nameContact({ contacts }: Workspace, named: Identities, policy: Policy): Contact | Refusal {
  const contact = policy.contacts === "auto" ? contacts.findOrCreate(named) : contacts.find(named);
  if (contact === "ambiguous") return refuse.ambiguousEmail(named.email);
  return contact ?? refuse.unknownContact("", Object.keys(named)[0]);
}

/** The spec asks for one identity that is well-formed; others may be anything, and name nobody. */
function namedIn(body: object): Identities {
  const { id, user_id, email } = body as Record<keyof Identities, unknown>;
  return { ...(isText(id) && { id }), ...(isText(user_id) && { user_id }), ...(isText(email) && { email }) };
}
