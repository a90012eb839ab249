import core = require("@intercom-events/core");

import { createClient, sqliteOutbox } from "@intercom-events/node";
import { createRelay, signedIdentity } from "@intercom-events/relay";
import { toFastifyPlugin } from "@intercom-events/relay/node";

const client = createClient({ token: "token", outbox: sqliteOutbox({ path: "events.db" }) });
export const identify = signedIdentity({ secret: "0123456789abcdef0123456789abcdef" });
export const plugin = toFastifyPlugin(createRelay({ client, identify, events: ["logged-in"] }));
export const encoded = core.encodeMetadata({ gift: true });
// @ts-expect-error: there is no such region
createClient({ token: "token", region: "moon" });
