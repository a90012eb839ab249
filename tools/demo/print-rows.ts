import { formatTable } from "./format-table.ts";
import type { Row } from "./report.ts";

/** Narrower, and web addresses would be broken too often; wider is no easier to read. */
const NARROWEST = 100;
const WIDEST = 120;

/** Prints the table, as wide as the terminal allows. */
export function printRows(rows: readonly Row[]): void {
  const width = Math.min(WIDEST, Math.max(NARROWEST, process.stdout.columns ?? WIDEST));
  const cells = rows.map(({ runtime, eventName, contact, outcome, shown }) => [
    runtime,
    `${eventName}\n  ${contact}`,
    outcome,
    shown.join("\n"),
  ]);
  const header = ["runtime", "event\n  contact", "outcome", "shown by Intercom as"];
  console.log(`\n${formatTable(header, cells, width)}\n`);
}
