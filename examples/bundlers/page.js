import { createTracker, messenger, relay } from "@intercom-events/browser";

const viaMessenger = createTracker({ route: messenger() });
const viaRelay = createTracker({ route: relay({ url: "/intercom/events" }) });

viaMessenger.track("viewed-pricing", { plan: "team" });
viaRelay.track("chose-plan", { plan: "team" });
