/**
 * The events of Intercom's documentation, as a program would track them. One list for Node, Deno and the
 * page, so nothing is imported here but types.
 */
import type { Contact, MetadataValue, monetaryAmount, richLink, TrackedEvent } from "@intercom-events/core";

/** What each runtime's package exports to write metadata with. */
export interface Words {
  readonly monetaryAmount: typeof monetaryAmount;
  readonly richLink: typeof richLink;
}

/** An event without the contact and the time, which on a page the Messenger and Intercom know. */
export interface DemoEvent {
  readonly eventName: string;
  readonly metadata: Readonly<Record<string, MetadataValue>>;
}

/** An order with a value of each type of metadata, and an invitation. */
export function whatHappened({ monetaryAmount, richLink }: Words): readonly DemoEvent[] {
  return [
    {
      eventName: "placed-order",
      metadata: {
        order_date: new Date("2014-02-10T12:44:32Z"),
        stripe_invoice: "inv_3434343434",
        order_number: richLink("https://example.org/orders/3434-3434", "3434-3434"),
        price: monetaryAmount.fromDecimal("349.99", "eur"),
        items: 3,
        gift: false,
        receipt: new URL("https://example.org/receipts/3434"),
      },
    },
    { eventName: "invited-friend", metadata: { invite_code: "ADDAFRIEND" } },
  ];
}

/** For whom and when a server's events happened. */
export interface Occasion {
  readonly contact: Contact;
  /** Intercom's contact id of a lead; without it there is no event of a lead. */
  readonly leadId?: string | undefined;
  /** Unix seconds. The same for all events, whose names differ. */
  readonly createdAt: number;
}

/** What a server sends besides: an event of a lead, who only has Intercom's `id`, and one event a second time. */
export function serverEvents(words: Words, { contact, leadId, createdAt }: Occasion): TrackedEvent[] {
  const events: TrackedEvent[] = whatHappened(words).map((event) => ({ ...contact, ...event, createdAt }));
  const lead: TrackedEvent[] =
    leadId === undefined ? [] : [{ id: leadId, eventName: "requested-quote", createdAt }];
  return [...events, ...lead, ...events.slice(-1)];
}
