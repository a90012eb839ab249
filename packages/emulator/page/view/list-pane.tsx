import type { Signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Row } from "../../src/page-rows.ts";
import type { Feed } from "../model/feed.ts";
import { useMedia } from "./use-media.ts";
import { VirtualList } from "./virtual-list.tsx";

interface ListPaneProps<Value, Filter> {
  readonly id: string;
  /** What the rows are, in the plural. */
  readonly noun: string;
  readonly feed: Feed<Value, Filter>;
  readonly isFiltered: boolean;
  /** The row that is selected. It stays selected, and shown, whatever becomes of the list. */
  readonly selected: Signal<Row<Value> | undefined>;
  readonly toolbar: ComponentChildren;
  /** The heads of the columns. */
  readonly columns: readonly string[];
  drawRow(value: Value): ComponentChildren;
  drawDetails(value: Value): ComponentChildren;
  /** Shown when there is nothing at all. */
  readonly empty: ComponentChildren;
}

/** A list with a toolbar, and the details of its selected row beside it. */
export function ListPane<Value, Filter>(props: ListPaneProps<Value, Filter>): JSX.Element {
  const { id, noun, feed, selected, toolbar, columns, drawRow, drawDetails, empty, isFiltered } = props;
  const isNarrow = useMedia("(max-width: 700px)");
  const rows = feed.rows.value;
  const status = feed.status.value;
  const root = useRef<HTMLDivElement>(null);
  const details = useRef<HTMLElement>(null);
  const row = selected.value;

  const focusDetails = (): void => details.current?.focus();
  const close = (): void => {
    selected.value = undefined;
    requestAnimationFrame(() => root.current?.querySelector<HTMLElement>(".list")?.focus());
  };
  // On a phone the details take the list's place, and its focus.
  useEffect(() => {
    if (row && root.current?.querySelector<HTMLElement>(".list-part")?.offsetParent === null) focusDetails();
  }, [row]);

  const isEmpty = rows.length === 0 && status === "end";
  return (
    <div ref={root} class={`pane ${row ? "with-details" : ""}`}>
      <div class="list-part">
        <div class="toolbar">{toolbar}</div>
        {feed.waiting.value > 0 && (
          <button
            type="button"
            class="waiting"
            onClick={() => {
              const list = root.current?.querySelector<HTMLElement>(".list");
              if (list) list.scrollTop = 0;
              list?.focus(); // the button will be gone
              feed.hold(false);
            }}
          >
            Show {feed.waiting.value.toLocaleString()} new
          </button>
        )}
        {rows.length > 0 && (
          <>
            <div class={`row heads ${id}`} aria-hidden="true">
              {columns.map((column) => (
                <span key={column}>{column}</span>
              ))}
            </div>
            <VirtualList
              id={id}
              label={noun}
              rows={rows}
              rowHeight={isNarrow ? 52 : 32}
              selected={row?.position}
              onSelect={(position) => {
                selected.value = rows.find((each) => each.position === position);
              }}
              onOpen={focusDetails}
              onNearEnd={feed.loadMore}
              onHold={feed.hold}
              drawRow={drawRow}
            />
          </>
        )}
        {isEmpty && !isFiltered ? empty : <ListFoot feed={feed} noun={noun} isFiltered={isFiltered} />}
      </div>
      {row && (
        <section
          ref={details}
          class="details"
          tabIndex={-1}
          aria-label="Details"
          onKeyDown={(event) => {
            if (event.key === "Escape") close();
          }}
        >
          <button type="button" class="quiet close" onClick={close}>
            Close
          </button>
          {drawDetails(row.value)}
        </section>
      )}
    </div>
  );
}

interface ListFootProps<Value, Filter> {
  readonly feed: Feed<Value, Filter>;
  readonly noun: string;
  readonly isFiltered: boolean;
}

function ListFoot<Value, Filter>({ feed, noun, isFiltered }: ListFootProps<Value, Filter>): JSX.Element {
  const { length } = feed.rows.value;
  const shown = length.toLocaleString();
  const things = length === 1 ? noun.slice(0, -1) : noun;
  const looked = feed.looked.value.toLocaleString();
  const searched = isFiltered ? `, looked at ${looked}` : "";
  const texts = {
    loading: isFiltered ? `Searching… ${shown} found${searched}` : "Loading…",
    more: `The latest ${shown} ${noun}${isFiltered ? " that match" : ""}. Scroll for older ones.`,
    end: isFiltered ? `Found ${shown} ${things}, looked at all.` : `${shown} ${things}.`,
    failed: "",
  };
  const status = feed.status.value;
  // Not announced with each event that comes, unless it is looked for.
  const role = isFiltered || status === "failed" ? "status" : undefined;
  return (
    <p class="foot" role={role}>
      {texts[status]}
      {status === "failed" && (
        <>
          <span class="bad">{feed.error.value}</span>{" "}
          <button type="button" onClick={feed.loadMore}>
            Try again
          </button>
        </>
      )}
    </p>
  );
}
