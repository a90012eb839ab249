/** A line of text, and whether it is the one that is wrong. */
export interface MarkedLine {
  readonly text: string;
  readonly marked: boolean;
}

/** More would take long to lay out. */
const linesShown = 500;

/** The body with line breaks, when it is JSON, and the line of `field` marked: `event_name`, `metadata.price`. */
export function markField(body: string, field: string | undefined): MarkedLine[] {
  const lines = indent(body).split("\n");
  const line = field === undefined ? -1 : lineOf(lines, pathOf(field));
  const shown = lines
    .slice(0, linesShown)
    .map((text, index) => ({ text: cut(text), marked: index === line }));
  if (lines.length > linesShown) {
    shown.push({ text: `… ${(lines.length - linesShown).toLocaleString()} more lines`, marked: false });
  }
  return shown;
}

function indent(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

const cut = (text: string): string =>
  text.length > 2000
    ? `${text.slice(0, 2000)}… ${(text.length - 2000).toLocaleString()} more characters`
    : text;

/** A key of metadata may have dots of its own. */
function pathOf(field: string): string[] {
  const prefix = "metadata.";
  return field.startsWith(prefix) ? ["metadata", field.slice(prefix.length)] : [field];
}

/** Each part of the path stands one level deeper than the one before. */
function lineOf(lines: readonly string[], path: readonly string[]): number {
  let line = 0;
  for (const [depth, part] of path.entries()) {
    const start = `${" ".repeat(2 * (depth + 1))}${JSON.stringify(part)}:`;
    line = lines.findIndex((text, index) => index >= line && text.startsWith(start));
    if (line < 0) return -1;
  }
  return line;
}
