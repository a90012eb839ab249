// A program whose compiler knows of no global but those of the language, as is the default of TypeScript 6.
import { createClient, richLink } from "@intercom-events/node";

const client = createClient({ token: "token" });
const link = richLink("https://example.org/orders/3434", "3434");
client.track({ userId: "314159", eventName: "placed-order", metadata: { order_date: new Date(), link } });
// @ts-expect-error: a Date belongs under a key that ends in _date
client.track({ userId: "314159", eventName: "placed-order", metadata: { ordered: new Date() } });
// @ts-expect-error: a list
client.track({ userId: "314159", eventName: "placed-order", metadata: { articles: ["tea pot"] } });
// @ts-expect-error: null
client.contact({ userId: "314159" }).track("placed-order", { note: null });
