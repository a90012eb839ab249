import { encodeText } from "./encode-text.ts";
import { memo } from "./memo.ts";
import { type Report, remark } from "./report.ts";

/** The event's name as given; Intercom folds it on its side. */
export function collectEventName(value: unknown, report: Report): string | undefined {
  const name = encodeText("eventName", value, report);
  if (name === undefined || name.length > 255) return name;
  const stored = folded(name);
  if (stored !== name) {
    const expected = `${JSON.stringify(stored)} to be stored as given`;
    remark(report, "eventName", "event_name_folded", expected, name);
  }
  return name;
}

/**
 * An event name as Intercom folds it (event model, API versions 1.0 to 2.6). For packages that build on
 * core.
 */
export function foldName(name: string): string {
  return name.toLowerCase().replace(/[.$]/g, "-");
}

const folded = memo(foldName);
