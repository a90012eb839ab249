import { createTracker, type MonetaryAmount, messenger, richLink } from "@intercom-events/browser";

type Catalog = { "placed-order": { price: MonetaryAmount }; "logged-in": Record<never, never> };

const tracker = createTracker<Catalog>({ route: messenger({ timeout: 1000 }) });
export const receipt = tracker.track("placed-order", { price: { amount: 34_999, currency: "eur" } });
const article = new URL("https://example.org/articles/7");
createTracker({ route: messenger() }).track("read-article", { article, link: richLink(article, "Tea pot") });
// @ts-expect-error: the catalogue knows no such event
tracker.track("placed-ordre", {});
