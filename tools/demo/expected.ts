/** What Intercom is expected to have in the end, written by hand and not by our own encoder. */
import type { ContactInput, StoredEvent } from "@intercom-events/emulator";

/** A stored event without its own id. Intercom stamps the time of a page's events. */
export interface ExpectedEvent extends Omit<StoredEvent, "id" | "type" | "workspace" | "created_at"> {
  readonly created_at: number | "during the run";
}

/** Who exists, as at Intercom, where an event never creates a contact. */
export const CONTACTS: readonly ContactInput[] = [
  { id: "5310d8e7598c9a0b24000001", user_id: "314159" },
  { id: "5310d8e7598c9a0b24000002", email: "frodo.baggins@example.com" },
  { id: "5310d8e7598c9a0b24000003", user_id: "271828" },
  { id: "63a0979a5eeebeaf28dd56ba", role: "lead" },
  { id: "63a0979a5eeebeaf28dd56bb", role: "lead" },
];

const ORDER: StoredEvent["metadata"] = {
  order_date: 1392036272,
  stripe_invoice: "inv_3434343434",
  order_number: { url: "https://example.org/orders/3434-3434", value: "3434-3434" },
  price: { amount: 34999, currency: "eur" },
  items: 3,
  gift: false,
  receipt: "https://example.org/receipts/3434",
};

const INVITATION: StoredEvent["metadata"] = { invite_code: "ADDAFRIEND" };

/** What the emulator is to have stored: the duplicates only once. */
export const EXPECTED_EVENTS: readonly ExpectedEvent[] = [
  {
    event_name: "placed-order",
    created_at: 1671028894,
    user_id: "314159",
    intercom_user_id: "5310d8e7598c9a0b24000001",
    metadata: ORDER,
  },
  {
    event_name: "invited-friend",
    created_at: 1671028894,
    user_id: "314159",
    intercom_user_id: "5310d8e7598c9a0b24000001",
    metadata: INVITATION,
  },
  {
    event_name: "requested-quote",
    created_at: 1671028894,
    intercom_user_id: "63a0979a5eeebeaf28dd56ba",
  },
  {
    event_name: "placed-order",
    created_at: 1671028894,
    email: "frodo.baggins@example.com",
    intercom_user_id: "5310d8e7598c9a0b24000002",
    metadata: ORDER,
  },
  {
    event_name: "invited-friend",
    created_at: 1671028894,
    email: "frodo.baggins@example.com",
    intercom_user_id: "5310d8e7598c9a0b24000002",
    metadata: INVITATION,
  },
  {
    event_name: "requested-quote",
    created_at: 1671028894,
    intercom_user_id: "63a0979a5eeebeaf28dd56bb",
  },
  {
    event_name: "placed-order",
    created_at: "during the run",
    user_id: "271828",
    intercom_user_id: "5310d8e7598c9a0b24000003",
    metadata: ORDER,
  },
  {
    event_name: "invited-friend",
    created_at: "during the run",
    user_id: "271828",
    intercom_user_id: "5310d8e7598c9a0b24000003",
    metadata: INVITATION,
  },
];

const DUPLICATE = "duplicate, not sent";

/** How the events of each runtime are to end, in the order they are tracked. */
export const EXPECTED_OUTCOMES: Readonly<Record<string, readonly string[]>> = {
  Node: ["accepted", "accepted", "accepted", DUPLICATE],
  Deno: ["accepted", "accepted", "accepted", DUPLICATE],
  Chromium: ["accepted", "accepted"],
};
