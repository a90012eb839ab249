import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

interface SearchBoxProps {
  readonly label: string;
  readonly value: string;
  onSearch(text: string): void;
}

const pauseMs = 200;

/** A text field that searches when typing pauses, however often the page is drawn meanwhile. */
export function SearchBox({ label, value, onSearch }: SearchBoxProps): JSX.Element {
  const [text, setText] = useState(value);
  const search = useRef(onSearch);
  search.current = onSearch;
  /** What was searched for last: only another value comes from elsewhere. */
  const searched = useRef(value);
  useEffect(() => {
    if (value === searched.current) return;
    searched.current = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text === searched.current) return;
    const timer = setTimeout(() => {
      searched.current = text;
      search.current(text);
    }, pauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <input
      type="search"
      class="search"
      aria-label={label}
      placeholder={label}
      value={text}
      onInput={({ currentTarget }) => setText(currentTarget.value)}
    />
  );
}
