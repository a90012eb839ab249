import type { JSX } from "preact";
import type { StoredMetadata } from "../../src/stored-event.ts";
import { type ReadValue, readValue } from "../draw/read-value.ts";
import { isoTime, showMoment } from "../draw/show-time.ts";

interface MetadataValueProps {
  readonly name: string;
  readonly value: StoredMetadata[string];
  /** True: as text alone, for a row that is itself to be clicked. */
  readonly brief?: boolean;
}

/** A metadata value, drawn as Intercom would. */
export function MetadataValue({ name, value, brief = false }: MetadataValueProps): JSX.Element {
  const read = readValue(name, value);
  return <span class={`value ${read.kind}`}>{brief ? briefly(read) : <Whole read={read} />}</span>;
}

function briefly(read: ReadValue): string {
  return read.kind === "date" ? showMoment(read.at.getTime()) : read.text;
}

function Whole({ read }: { readonly read: ReadValue }): JSX.Element {
  switch (read.kind) {
    case "date":
      return <time dateTime={isoTime(read.at.getTime())}>{showMoment(read.at.getTime())}</time>;
    case "link":
      return (
        <a href={read.href} target="_blank" rel="noopener noreferrer">
          {read.text}
        </a>
      );
    case "money":
    case "number":
    case "boolean":
    case "text":
      return <>{read.text}</>;
    default:
      return read satisfies never;
  }
}
