import type { AnyEvent } from "./catalog.ts";
import type { ContactTracker, TrackOptions } from "./client.ts";
import type { EventQueue } from "./event-queue.ts";
import { isObject } from "./tag-of.ts";

/** What tracks the events of one contact, as the contact is now: a later change of the object changes nothing. */
export function createContactTracker(
  queue: Pick<EventQueue, "track" | "refuse">,
  given: object,
): ContactTracker<AnyEvent> {
  const contact = snapshotOf(given);
  return {
    track(eventName: string, metadata?: object, options?: TrackOptions) {
      if (!isObject(contact)) return queue.refuse("contact", contact);
      if (options !== undefined && !isObject(options)) return queue.refuse("options", options);
      try {
        // An unknown option becomes an unknown field of the event, and so a warning.
        return queue.track({
          ...options,
          ...contact,
          eventName,
          createdAt: options?.createdAt,
          metadata,
        });
      } catch {
        return queue.track(contact); // It cannot be copied; the issues say why.
      }
    },
  };
}

function snapshotOf(contact: object): object {
  try {
    if (!isObject(contact)) return contact;
    const { userId, email, id } = contact as Partial<Record<"userId" | "email" | "id", unknown>>;
    return { ...contact, userId, email, id }; // Of an object of a class they may be accessors.
  } catch {
    return contact; // It cannot be copied, and the issues of its events say why.
  }
}
