import { createIssue } from "./create-issue.ts";
import type { EncodeOptions } from "./encode-metadata.ts";
import { foldName } from "./fold-name.ts";
import type { WarningCode } from "./issue.ts";
import { MAX_SHOWN } from "./limits.ts";
import { memo } from "./memo.ts";
import type { Report } from "./report.ts";

/*
 * What deserves a look although the event is sent. It is said to whoever writes a program: `remarks.production.ts`
 * may take the place of this file where nobody of them is looking.
 */

/** Intercom folds the event's name on its side. */
export function remarkOnName(name: string, report: Report): void {
  if (name.length <= 255 && folded(name) !== name) remark(report, "eventName", "event_name_folded", name);
}

const folded = memo(foldName);

/** Intercom may cut a text that it shows. */
export function remarkOnLength(path: string, text: string, report: Report): void {
  if (text.length > MAX_SHOWN) remark(report, path, "string_length", text);
}

/** What stands under a key of a date is no time. */
export function remarkOnDate(path: string, value: unknown, report: Report): void {
  remark(report, path, "date_value", value);
}

/** An amount that nobody pays, in what stands at the path. */
export function remarkOnAmount(path: string, amount: number, report: Report): void {
  if (amount <= 0) remark(report, `${path}.amount`, "amount_sign", amount);
}

/**
 * Intercom tracks so many keys and no more.
 *
 * @param count keys there were, some of which may have been left out
 */
export function remarkOnKeys(
  metadata: object,
  count: number,
  { metadataKeys: limit = 10 }: EncodeOptions,
  report: Report,
): void {
  if (count <= limit) return;
  const keys = Object.keys(metadata);
  if (keys.length <= limit) return;
  remark(report, "metadata", "key_limit", { keys, limit });
  if (/^\d+$/.test(keys[0] ?? "")) remark(report, "metadata", "integer_key", keys[0]);
}

function remark(report: Report, path: string, code: WarningCode, found: unknown): void {
  report.warnings.push(createIssue(path, code, found));
}
