import type { Identities } from "./contact.ts";
import type { ActiveFault } from "./fault.ts";
import { type PlainRequest, parseJson, withoutSlash } from "./plain-message.ts";

/** True when the fault's path, method and contact, so far as it has them, are the request's. */
export function meetsFault({ path, method, contact }: ActiveFault, request: PlainRequest): boolean {
  if (path !== undefined && withoutSlash(path) !== withoutSlash(request.path)) return false;
  if (method !== undefined && method.toUpperCase() !== request.method.toUpperCase()) return false;
  return contact === undefined || names(request, contact);
}

function names(request: PlainRequest, contact: Identities): boolean {
  const named = identitiesIn(request);
  return Object.entries(contact).every(([name, value]) => named[name] === value);
}

/** What a request says about its contact: in the query, a form or a JSON body. Never throws. */
function identitiesIn({ method, path, query, body = "" }: PlainRequest): Record<string, unknown> {
  if (method === "GET") return fromParameters(query);
  if (path.startsWith("/messenger/")) return fromParameters(body);
  const json = parseJson(body);
  return typeof json === "object" && json !== null ? { ...json } : {};
}

/** Lists call a contact's own id `intercom_user_id`; the Messenger names a visitor by `visitor_id`. */
function fromParameters(text: string): Record<string, unknown> {
  const { intercom_user_id, visitor_id, ...parameters } = Object.fromEntries(new URLSearchParams(text));
  return { id: intercom_user_id, user_id: visitor_id, ...parameters };
}
