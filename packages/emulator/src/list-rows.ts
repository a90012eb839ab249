import type { KnownContact } from "./contact.ts";
import type { EmulatorState } from "./emulator-state.ts";
import { misuse } from "./misuse.ts";
import { pageRows, parseRowQuery, type RowPage } from "./page-rows.ts";
import { isResult, type RecordedRequest, resultNames } from "./request-log.ts";
import { contactMatcher, eventMatcher, requestMatcher } from "./search.ts";
import type { StoredEvent } from "./stored-event.ts";

/** @throws TypeError for a wrong query */
export function listEventRows(state: EmulatorState, query: string): RowPage<StoredEvent> {
  const filters = ["search", "name", "contact"] as const;
  const { filter, ...range } = parseRowQuery(query, { action: "list events", filters });
  const size = ({ event_name, metadata }: StoredEvent): number =>
    event_name.length + JSON.stringify(metadata ?? "").length;
  return pageRows({ values: state.events() }, { ...range, matches: eventMatcher(filter), size });
}

/** @throws TypeError for a wrong query */
export function listRequestRows({ log }: EmulatorState, query: string): RowPage<RecordedRequest> {
  const filters = ["search", "result"] as const;
  const action = "list requests";
  const { filter, ...range } = parseRowQuery(query, { action, filters });
  const { result } = filter;
  if (result && !isResult(result)) throw misuse(action, "result", resultNames, result);
  const values = log.list();
  const first = log.counts().requests - values.length;
  return pageRows(
    { values, first },
    { ...range, matches: requestMatcher(filter), size: ({ body }) => body.length },
  );
}

/** @throws TypeError for a wrong query */
export function listContactRows(state: EmulatorState, query: string): RowPage<KnownContact> {
  const { filter, ...range } = parseRowQuery(query, { action: "list contacts", filters: ["search"] });
  return pageRows({ values: state.contacts() }, { ...range, matches: contactMatcher(filter) });
}
