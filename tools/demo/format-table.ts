const GAP = "  ";

/**
 * Aligns rows of cells under a header, in at most `width` characters. A cell's lines stay lines, and
 * those that are too long go on below, indented.
 */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const widths = fitColumns([header, ...rows], width - GAP.length * (header.length - 1));
  const rule = widths.map((column) => "─".repeat(column)).join("─".repeat(GAP.length));
  return [formatRow(header, widths), rule, ...rows.map((row) => formatRow(row, widths)), rule].join("\n");
}

/** The width of each column: its longest line, or less where that is too much in all. */
function fitColumns(rows: readonly (readonly string[])[], available: number): number[] {
  const longest = (column: number, separator: RegExp): number =>
    Math.max(...rows.flatMap((row) => (row[column] ?? "").split(separator).map((part) => part.length)));
  const columns = (rows[0] ?? []).map((_, column) => ({
    width: longest(column, /\n/),
    // A word that goes on a line of its own is indented.
    word: longest(column, /\s/) + GAP.length,
  }));
  const total = (): number => columns.reduce((sum, { width }) => sum + width, 0);
  while (total() > available) {
    // First where words need not be broken, and there where most is to spare.
    const slack = ({ width, word }: (typeof columns)[number]): number =>
      width > word ? width - word : width - 10_000;
    const widest = columns.reduce((a, b) => (slack(b) > slack(a) ? b : a));
    if (widest.width <= 1) break;
    widest.width -= 1;
  }
  return columns.map(({ width }) => width);
}

function formatRow(row: readonly string[], widths: readonly number[]): string {
  const cells = row.map((cell, column) =>
    cell.split("\n").flatMap((line) => wrapLine(line, widths[column] ?? 1)),
  );
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, index) =>
    cells
      .map((lines, column) => (lines[index] ?? "").padEnd(widths[column] ?? 0))
      .join(GAP)
      .trimEnd(),
  ).join("\n");
}

/** Breaks a line between words, or inside those that are too long. */
export function wrapLine(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const indent = width > 10 ? GAP : "";
  const space = line.lastIndexOf(" ", width);
  const isIndented = line.startsWith(GAP);
  const [end, next] = space > (isIndented ? indent.length : 0) ? [space, space + 1] : [width, width];
  return [line.slice(0, end), ...wrapLine(indent + line.slice(next), width)];
}
