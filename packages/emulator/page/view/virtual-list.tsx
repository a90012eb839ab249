import type { ComponentChildren, JSX, TargetedEvent } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Row } from "../../src/page-rows.ts";

interface VirtualListProps<Value> {
  readonly id: string;
  readonly label: string;
  readonly rows: readonly Row<Value>[];
  readonly rowHeight: number;
  /** The position of the row that is selected. */
  readonly selected: number | undefined;
  onSelect(position: number): void;
  /** Enter was pressed on the selected row. */
  onOpen(): void;
  /** The end of the rows is near. */
  onNearEnd(): void;
  /** Called with true when the list is scrolled away from its top. */
  onHold(held: boolean): void;
  drawRow(value: Value): ComponentChildren;
}

/** Rows drawn above and below those that are seen. */
const margin = 8;

/** A list of rows of one height, of which only those that are seen are in the document. */
export function VirtualList<Value>(props: VirtualListProps<Value>): JSX.Element {
  const { id, label, rows, rowHeight, selected, onSelect, onOpen, onNearEnd, onHold, drawRow } = props;
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => () => onHold(false), [onHold]);

  const from = Math.max(0, Math.floor(top / rowHeight) - margin);
  const to = Math.min(rows.length, Math.ceil((top + height) / rowHeight) + margin);
  useEffect(() => {
    if (to >= rows.length - margin) onNearEnd();
  }, [to, rows.length, onNearEnd]);

  function onScroll(event: TargetedEvent<HTMLDivElement>): void {
    const { scrollTop } = event.currentTarget;
    setTop(scrollTop);
    onHold(scrollTop > 0);
  }

  function go(index: number): void {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    const element = box.current;
    if (!row || !element) return;
    onSelect(row.position);
    const at = rows.indexOf(row) * rowHeight;
    if (at < element.scrollTop) element.scrollTop = at;
    const bottom = at + rowHeight - element.clientHeight;
    if (bottom > element.scrollTop) element.scrollTop = bottom;
  }

  function onKeyDown(event: KeyboardEvent): void {
    const index = rows.findIndex(({ position }) => position === selected);
    const pageOfRows = Math.max(1, Math.floor(height / rowHeight) - 1);
    const target = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + pageOfRows,
      PageUp: index - pageOfRows,
      Home: 0,
      End: rows.length - 1,
    }[event.key];
    if (target !== undefined) go(target);
    else if (event.key === "Enter" && index >= 0) onOpen();
    else return;
    event.preventDefault();
  }

  const drawn = rows.slice(from, to);
  const isDrawn = drawn.some(({ position }) => position === selected);
  return (
    <div
      ref={box}
      class="list"
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={isDrawn ? `${id}-${selected}` : undefined}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div class="list-room" role="presentation" style={{ height: `${rows.length * rowHeight}px` }}>
        {drawn.map(({ position, value }, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the focus, and the keys.
          <div
            key={position}
            id={`${id}-${position}`}
            class="row"
            role="option"
            tabIndex={-1}
            aria-selected={position === selected}
            aria-posinset={from + index + 1}
            aria-setsize={rows.length}
            style={{ height: `${rowHeight}px`, transform: `translateY(${(from + index) * rowHeight}px)` }}
            onClick={() => onSelect(position)}
          >
            {drawRow(value)}
          </div>
        ))}
      </div>
    </div>
  );
}
