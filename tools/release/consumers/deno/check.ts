import { createClient, denoKvOutbox, type Outcome } from "@intercom-events/deno";
import { createRelay } from "@intercom-events/relay";

const client = createClient({ token: "token", outbox: denoKvOutbox({ path: ":memory:" }) });
const relay = createRelay({ client, identify: () => ({ userId: "314159" }), events: ["logged-in"] });
export const outcome: Promise<Outcome> = client.track({ userId: "314159", eventName: "logged-in" });
export default { fetch: (request: Request): Promise<Response> => relay.fetch(request) };
