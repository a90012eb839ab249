import type { Served } from "./api-call.ts";
import type { Contact, Identities } from "./contact.ts";
import { addEvent } from "./create-event.ts";
import type { EmulatorState, Workspace } from "./emulator-state.ts";
import { messengerScript } from "./generated/messenger-script.ts";
import type { Policy } from "./options.ts";
import { jsonReply, type PlainRequest, parseJson } from "./plain-message.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";
import { defaultWorkspace } from "./tokens.ts";
import { validateEvent } from "./validate-body.ts";

/** What the Messenger's side answers; `undefined` when the request is not for it. */
export function serveMessenger(state: EmulatorState, request: PlainRequest): Served | Refusal | undefined {
  const { method, path } = request;
  if (method === "GET" && /^\/widget\/[^/]+$/.test(path)) return widget;
  if (method === "POST" && path === "/messenger/web/events") return receiveEvents(state, request);
  return undefined;
}

const widget: Served = {
  reply: {
    status: 200,
    headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "no-cache" },
    body: messengerScript,
  },
  result: "answered",
};

/** Form fields as the fake Messenger sends them; `event_list` is what the real one sends (neo4j training-v3#56). */
function receiveEvents(state: EmulatorState, { body }: PlainRequest): Served | Refusal {
  if (body === undefined) return refuse.bodyTooLarge();
  if (state.storage.isFull()) return refuse.full();
  const form = new URLSearchParams(body);
  const list = parseJson(form.get("event_list") ?? "");
  const events = typeof list === "object" && list !== null && "data" in list ? list.data : undefined;
  if (!Array.isArray(events)) return refuse.missingData("event_list");
  const page = personOnPage(form, state);
  if (isRefusal(page)) return page;
  let result: Served["result"] = "duplicate";
  for (const event of events) {
    const added = receiveEvent(event, page, state.policy);
    if (typeof added !== "string") return added;
    if (added === "stored") result = added;
  }
  return { reply: jsonReply(200, {}), result };
}

interface Person {
  readonly workspace: Workspace;
  readonly contact: Contact;
  readonly named: Identities;
}

/** Unlike the REST API, booting the Messenger creates the user; without one there is a visitor for each browser. */
function personOnPage(form: URLSearchParams, state: EmulatorState): Person | Refusal {
  const [userId, email, visitorId] = [form.get("user_id"), form.get("email"), form.get("visitor_id")];
  const workspace = workspaceOf(state, form.get("app_id"));
  if (userId || email) {
    const named = { ...(userId && { user_id: userId }), ...(email && { email }) };
    const contact = workspace.contacts.findOrCreate(named);
    return contact === "ambiguous" ? refuse.ambiguousEmail(email ?? "") : { workspace, contact, named };
  }
  if (!visitorId) return refuse.missingData("user_id");
  return { workspace, contact: workspace.contacts.visitor(visitorId), named: { user_id: visitorId } };
}

/** An app id is a workspace: that of a token, if one has the name. */
function workspaceOf({ policy, workspace }: EmulatorState, appId: string | null): Workspace {
  const known = policy.tokens?.some((grant) => grant.workspace === appId);
  return workspace(known && appId ? appId : defaultWorkspace);
}

/** The Messenger sends no time: the server stamps it. */
function receiveEvent(
  event: unknown,
  { workspace, contact, named }: Person,
  policy: Policy,
): "stored" | "duplicate" | Refusal {
  if (typeof event !== "object" || event === null) return refuse.missingData("event_name");
  const created_at = Math.floor(policy.now() / 1000);
  const valid = validateEvent({ ...event, created_at, id: contact.id });
  if (isRefusal(valid)) return valid;
  const { event_name, metadata } = valid.body;
  return addEvent(workspace, contact, { event_name, created_at, metadata, named }, policy);
}
