import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { eventNameIn } from "../../src/event-name-in.ts";
import type { Row } from "../../src/page-rows.ts";
import type { RecordedRequest, RequestResult } from "../../src/request-log.ts";
import { isoTime, showDay, showTime } from "../draw/show-time.ts";
import { FirstEvent } from "./first-event.tsx";
import { ListPane } from "./list-pane.tsx";
import { usePage } from "./page-context.ts";
import { RequestDetails } from "./request-details.tsx";
import { SearchBox } from "./search-box.tsx";

/** Of longer bodies the rows name no event, as each row reads its body whenever it is drawn. */
const readBody = 10_000;

const results = ["stored", "duplicate", "answered", "refused"] as const satisfies RequestResult[];

/** The latest requests, whatever became of them. */
export function RequestsPane(): JSX.Element {
  const { requests, stats } = usePage().session;
  const selected = useSignal<Row<RecordedRequest> | undefined>(undefined);
  const { search = "", result } = requests.filter.value;
  const toolbar = (
    <>
      <SearchBox
        label="Search requests"
        value={search}
        onSearch={(text) => requests.setFilter({ ...requests.filter.value, search: text })}
      />
      <fieldset class="choices">
        <legend class="unseen">Result</legend>
        <Choice text="all" isChosen={!result} onChoose={() => requests.setFilter({ search })} />
        {results.map((name) => (
          <Choice
            key={name}
            text={`${name} ${stats.value.results[name].toLocaleString()}`}
            isChosen={result === name}
            onChoose={() => requests.setFilter({ search, result: name })}
          />
        ))}
      </fieldset>
    </>
  );
  return (
    <ListPane
      id="request"
      noun="requests"
      feed={requests}
      isFiltered={Boolean(search || result)}
      selected={selected}
      toolbar={toolbar}
      columns={["Time", "Result", "Status", "Request", "Reason and field"]}
      drawRow={(request) => <RequestRow request={request} />}
      drawDetails={(request) => <RequestDetails request={request} />}
      empty={<FirstEvent />}
    />
  );
}

interface ChoiceProps {
  readonly text: string;
  readonly isChosen: boolean;
  onChoose(): void;
}

function Choice({ text, isChosen, onChoose }: ChoiceProps): JSX.Element {
  return (
    <button type="button" aria-pressed={isChosen} onClick={onChoose}>
      {text}
    </button>
  );
}

function RequestRow({ request }: { readonly request: RecordedRequest }): JSX.Element {
  const { at, method, path, body, status, result, reason, field } = request;
  return (
    <div class="cells request">
      <time class="when" dateTime={isoTime(at)}>
        <span class="day">{showDay(at)}</span> {showTime(at) ?? at}
      </time>
      <span class={`badge ${result}`}>{result}</span>
      <span class="status">{status ?? "reset"}</span>
      <span class="name">
        {method} {path} <span class="about">{body.length > readBody ? "" : eventNameIn(body)}</span>
      </span>
      <span class="why">
        {reason} {field && <code>{field}</code>}
      </span>
    </div>
  );
}
