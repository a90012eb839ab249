import { createTracker, messenger, monetaryAmount, richLink } from "@intercom-events/browser";

const { INTERCOM_BASE_URL, RUN } = Object.fromEntries(new URLSearchParams(location.search));
window.intercomSettings = { app_id: "rehearsal", user_id: RUN };
const script = document.createElement("script");
script.src = `${INTERCOM_BASE_URL}/widget/rehearsal`;
document.head.append(script);

const tracker = createTracker({ route: messenger({ timeout: 20_000 }) });
window.outcome = tracker.track("from-browser", {
  order_date: new Date(1_392_036_272_000),
  price: monetaryAmount.fromDecimal("349.99", "eur"),
  order_number: richLink("https://example.org/orders/3434", "3434"),
  gift: true,
});
