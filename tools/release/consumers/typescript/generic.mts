// Code that is generic in its events leans on what compilers do with types that are not known yet, so each must do it.
import { type Client, createClient, type EventCatalog, type MonetaryAmount } from "@intercom-events/node";

interface Catalog {
  "placed-order": { price: MonetaryAmount };
  "logged-in": { method?: string };
  "logged-out": Record<never, never>;
}
const userId = "314159";
const client = createClient<Catalog>({ token: "token" });

export function track<Name extends keyof Catalog>(eventName: Name, metadata: Catalog[Name]): void {
  client.track({ userId, eventName, metadata });
  client.contact({ userId }).track(eventName, metadata);
  // @ts-expect-error: the metadata may be required
  client.track({ userId, eventName });
  // @ts-expect-error: the metadata may be required
  client.contact({ userId }).track(eventName);
  // @ts-expect-error: the metadata of one of them
  client.track({ userId, eventName, metadata: { method: "sso" } });
}

export class Analytics<Each extends EventCatalog> {
  readonly client: Client<Each>;
  constructor(client: Client<Each>) {
    this.client = client;
  }
  track<Name extends keyof Each & string>(eventName: Name, metadata: Each[Name]): void {
    this.client.track({ userId, eventName, metadata });
    this.client.contact({ userId }).track(eventName, metadata);
  }
}
new Analytics(client).track("logged-in", { method: "sso" });
// @ts-expect-error: not the declared type
new Analytics(client).track("logged-in", { method: 1 });

const plain: Client = createClient({ token: "token" });
new Analytics<Catalog>(plain).track("logged-out", {});
const returned: ReturnType<typeof createClient> = plain;
returned.track({ userId, eventName: "read-article", metadata: { number: 7 } });
