import type { RecordedRequest, StoredEvent } from "@intercom-events/emulator";

/** An event that reached the emulator, and what became of it there. */
export interface Arrival {
  readonly eventName: string;
  /** As in `user_id 314159`. */
  readonly contact: string;
  readonly result: "stored" | "duplicate";
}

/** Whom a stored or sent event names, in the words of the table. */
function contactText(event: { readonly [key: string]: unknown }): string {
  if (event.user_id) return `user_id ${event.user_id}`;
  if (event.email) return `email ${event.email}`;
  return `lead ${event.id}`;
}

type ContactOfEvent = Pick<StoredEvent, "user_id" | "email" | "intercom_user_id">;

/** The same of a stored event, whose `id` is its own and not the contact's. */
export function contactOfStored({ user_id, email, intercom_user_id }: ContactOfEvent): string {
  return contactText({ user_id, email, id: intercom_user_id });
}

/** Reads the emulator's log. What it refused is left out. */
export function readArrivals(requests: readonly RecordedRequest[]): Arrival[] {
  return requests.flatMap(({ path, body, result }) => {
    if (result !== "stored" && result !== "duplicate") return [];
    const events = path.startsWith("/messenger/") ? messengerEvents(body) : [JSON.parse(body)];
    return events.map((event) => ({
      eventName: String(event.event_name),
      contact: contactText(event),
      result,
    }));
  });
}

/** The Messenger sends a form with a list of events beside the one contact. */
function messengerEvents(body: string): { readonly [key: string]: unknown }[] {
  const { event_list = "{}", ...contact } = Object.fromEntries(new URLSearchParams(body));
  const { data = [] }: { data?: object[] } = JSON.parse(event_list);
  return data.map((event) => ({ ...contact, ...event }));
}
