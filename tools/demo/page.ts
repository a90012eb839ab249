/** What the page runs. Module scripts run before `load`, on which the snippet fetches the Messenger. */
import type * as Browser from "@intercom-events/browser";
import { whatHappened } from "./events.ts";
import { outcomeText } from "./outcome-text.ts";
import type { Sent } from "./send-events.ts";

/** What the page leaves for the demo to read. */
export interface PageReport {
  /** The events were tracked while there was only the snippet's stub. */
  readonly trackedBeforeMessenger: boolean;
  readonly sent: readonly Sent[];
}

/** The page's global names, as far as they matter here. */
export interface DemoWindow {
  IntercomEvents?: typeof Browser;
  Intercom?: (() => unknown) & { readonly booted?: boolean };
  intercomSettings?: { readonly user_id: string };
  demo?: Promise<PageReport>;
}

const page = window as DemoWindow;
const { IntercomEvents } = page;
if (!IntercomEvents) throw new Error("index.global.js has not set IntercomEvents");

const tracker = IntercomEvents.createTracker({ route: IntercomEvents.messenger({ timeout: 10_000 }) });
const contact = `user_id ${page.intercomSettings?.user_id}`;
const trackedBeforeMessenger = typeof page.Intercom === "function" && page.Intercom.booted === undefined;

page.demo = Promise.all(
  whatHappened(IntercomEvents).map(async ({ eventName, metadata }) => ({
    eventName,
    contact,
    outcome: outcomeText(await tracker.track(eventName, metadata)),
  })),
).then((sent) => ({ trackedBeforeMessenger, sent }));
