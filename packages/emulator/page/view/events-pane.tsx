import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Row } from "../../src/page-rows.ts";
import type { StoredEvent } from "../../src/stored-event.ts";
import { isoTime, showDay, showTime } from "../draw/show-time.ts";
import { EventDetails } from "./event-details.tsx";
import { FirstEvent } from "./first-event.tsx";
import { ListPane } from "./list-pane.tsx";
import { MetadataValue } from "./metadata-value.tsx";
import { usePage } from "./page-context.ts";
import { SearchBox } from "./search-box.tsx";

/** The events that are stored. */
export function EventsPane(): JSX.Element {
  const { events } = usePage().session;
  const selected = useSignal<Row<StoredEvent> | undefined>(undefined);
  const { search = "", name, contact } = events.filter.value;
  const toolbar = (
    <>
      <SearchBox
        label="Search events"
        value={search}
        onSearch={(text) => events.setFilter({ ...events.filter.value, search: text })}
      />
      {name && <FilterChip text={`name ${name}`} onRemove={() => events.setFilter({ search, contact })} />}
      {contact && (
        <FilterChip text={`contact ${contact}`} onRemove={() => events.setFilter({ search, name })} />
      )}
    </>
  );
  return (
    <ListPane
      id="event"
      noun="events"
      feed={events}
      isFiltered={Boolean(search || name || contact)}
      selected={selected}
      toolbar={toolbar}
      columns={["Created", "Event", "Contact", "Metadata"]}
      drawRow={(event) => <EventRow event={event} />}
      drawDetails={(event) => <EventDetails event={event} />}
      empty={<FirstEvent />}
    />
  );
}

function FilterChip({ text, onRemove }: { readonly text: string; onRemove(): void }): JSX.Element {
  return (
    <button
      type="button"
      class="chip"
      onClick={({ currentTarget }) => {
        currentTarget.parentElement?.querySelector("input")?.focus(); // the chip will be gone
        onRemove();
      }}
      aria-label={`Remove the filter ${text}`}
    >
      {text} <span aria-hidden="true">×</span>
    </button>
  );
}

function EventRow({ event }: { readonly event: StoredEvent }): JSX.Element {
  const { event_name, created_at, user_id, email, intercom_user_id, metadata = {} } = event;
  const at = created_at * 1000;
  return (
    <div class="cells event">
      <time class="when" dateTime={isoTime(at)}>
        <span class="day">{showDay(at)}</span> {showTime(at) ?? created_at}
      </time>
      <span class="name">{event_name}</span>
      <span class="who">{user_id ?? email ?? intercom_user_id}</span>
      <span class="preview">
        {Object.entries(metadata).map(([key, value]) => (
          <span key={key}>
            <span class="key">{key}</span> <MetadataValue name={key} value={value} brief />{" "}
          </span>
        ))}
      </span>
    </div>
  );
}
