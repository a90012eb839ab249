// A program without strict: null and undefined are of any type, but metadata is still required and checked.
import { createTracker, messenger } from "@intercom-events/browser";
import { createClient, type MonetaryAmount, monetaryAmount } from "@intercom-events/node";

interface Catalog {
  "placed-order": { price: MonetaryAmount };
  "logged-in": { method?: string };
  "logged-out": Record<never, never>;
}
const userId = "314159";
const any = createClient({ token: "token" });
const typed = createClient<Catalog>({ token: "token" });
const tracker = createTracker<Catalog>({ route: messenger() });

any.track({ userId, eventName: "placed-order", metadata: { order_date: new Date(), note: null } });
typed.track({ userId, eventName: "placed-order", metadata: { price: monetaryAmount(34_999, "eur") } });
typed.contact({ userId }).track("logged-in");
tracker.track("logged-out");
// @ts-expect-error: a Date belongs under a key that ends in _date
any.track({ userId, eventName: "placed-order", metadata: { ordered: new Date() } });
// @ts-expect-error: a list
any.track({ userId, eventName: "placed-order", metadata: { articles: ["tea pot"] } });
// @ts-expect-error: no contact
any.track({ eventName: "logged-in" });
// @ts-expect-error: the catalogue knows no such event
typed.track({ userId, eventName: "placed-ordre", metadata: {} });
// @ts-expect-error: not the declared type
typed.track({ userId, eventName: "placed-order", metadata: { price: 349.99 } });
// @ts-expect-error: the metadata is required
typed.track({ userId, eventName: "placed-order" });
// @ts-expect-error: the metadata is required
typed.contact({ userId }).track("placed-order");
// @ts-expect-error: the metadata is required
tracker.track("placed-order");
// @ts-expect-error: none is declared
tracker.track("logged-out", { how: "sso" });
