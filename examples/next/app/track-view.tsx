"use client";

import { createTracker, relay } from "@intercom-events/browser";
import { useEffect } from "react";

const tracker = createTracker({ route: relay({ url: "/intercom/events" }) });

/** Tracks that a tea pot is looked at. */
export function TrackView({ name }: { name: string }): null {
  useEffect(() => {
    tracker.track("viewed-tea-pot", { name });
  }, [name]);
  return null;
}
