import { createTracker, indexedDbOutbox, type MonetaryAmount, relay } from "@intercom-events/browser";

/** The events of this page: other names and other metadata do not compile. */
type Catalog = {
  "viewed-tea-pot": { name: string };
  "placed-order": { order_date: Date; price: MonetaryAmount };
};

/** One for the whole page. Events outlive the tab, and all tabs share them. */
export const tracker = createTracker<Catalog>({
  route: relay({ url: "/intercom/events" }),
  outbox: indexedDbOutbox(),
});
