import { encodeText } from "./encode-text.ts";
import { foldName } from "./fold-name.ts";
import { memo } from "./memo.ts";
import { type Report, remark } from "./report.ts";

/** The event's name as given; Intercom folds it on its side. */
export function collectEventName(value: unknown, report: Report): string | undefined {
  const name = encodeText("eventName", value, report);
  if (name !== undefined && name.length <= 255 && folded(name) !== name) {
    remark(report, "eventName", "event_name_folded", name);
  }
  return name;
}

const folded = memo(foldName);
