import type { NewEventSummary } from "./data-event.ts";
import { describe } from "./describe.ts";
import { collectTime } from "./encode-event.ts";
import { collectEventName } from "./encode-event-name.ts";
import { encodeText } from "./encode-text.ts";
import type { components } from "./generated/openapi.ts";
import type { Issue } from "./issue.ts";
import { createReport } from "./report.ts";
import { throwIssues } from "./throw-issues.ts";

/**
 * The body that sets a summary.
 *
 * @param action what the call is to do, for messages
 * @throws {TypeError} that names all that is wrong
 */
export function encodeSummary(
  action: string,
  summary: NewEventSummary,
): components["schemas"]["CreateEventSummariesRequest"] {
  const report = createReport();
  const given: Partial<NewEventSummary> = Object(summary);
  const user_id = encodeText("userId", given.userId, report);
  const event_name = collectEventName(given.eventName, report);
  const first = collectTime("first", given.first, report);
  const last = collectTime("last", given.last, report);
  const { count } = given;
  const problems: Pick<Issue, "message">[] = report.issues;
  const refuse = (message: string, found: unknown) =>
    problems.push({ message: `${message}, got ${describe(found)}` });
  if (Number(last) < Number(first)) refuse("last must be no earlier than first", last);
  if (!Number.isInteger(count) || Number(count) < 0)
    refuse("count must be a whole number that is not negative", count);
  throwIssues(action, problems);
  return {
    // There were no issues, so each of them is there.
    user_id: user_id as string,
    event_summaries: {
      event_name: event_name as string,
      count: count as number,
      first: first as number,
      last: last as number,
    },
  };
}
