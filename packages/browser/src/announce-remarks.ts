import type { Issue } from "@intercom-events/core";
import type { Announcer } from "./create-announcer.ts";
import type { EncodedPageEvent } from "./route.ts";

/**
 * Tells the listeners what deserves a look about an event that is sent. In pages that are published the encoder remarks
 * on nothing, so there `announce-remarks.production.ts` takes the place of this file.
 */
export function announceRemarks(
  warnings: readonly Issue[],
  event: EncodedPageEvent,
  announce: Announcer["announce"],
): void {
  if (warnings.length === 0) return;
  announce(
    "warning",
    { warnings, event },
    warnings.map(({ code }) => `look at this event: ${code}`),
  );
}
