import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

interface SearchBoxProps {
  readonly label: string;
  readonly value: string;
  onSearch(text: string): void;
}

const pauseMs = 200;

/** A text field that searches when typing pauses. */
export function SearchBox({ label, value, onSearch }: SearchBoxProps): JSX.Element {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onSearch(text), pauseMs);
    return () => clearTimeout(timer);
  }, [text, value, onSearch]);
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
