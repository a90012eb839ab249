import { encodeText } from "./encode-text.ts";
import { remarkOnName } from "./remarks.ts";
import type { Report } from "./report.ts";

/** The event's name as given; Intercom folds it on its side. */
export function collectEventName(value: unknown, report: Report): string | undefined {
  const name = encodeText("eventName", value, report);
  if (name !== undefined) remarkOnName(name, report);
  return name;
}
