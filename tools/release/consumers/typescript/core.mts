import { createClient, type TrackedEvent, type Transport } from "@intercom-events/core";

declare const transport: Transport;
declare const event: TrackedEvent;
export const receipt = createClient({ token: "token", transport }).track(event);
// @ts-expect-error: nested
createClient({ token: "token", transport }).track({ ...event, metadata: { order: { number: 1 } } });
