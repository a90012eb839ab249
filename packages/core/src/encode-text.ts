import { type Report, refuse } from "./report.ts";

/** Reads a text that is not blank, or reports why not. */
export function encodeText(path: string, value: unknown, report: Report): string | undefined {
  if (typeof value !== "string") {
    return refuse(report, path, value === undefined ? "missing" : "not_a_string", value);
  }
  if (value.trim() === "") return refuse(report, path, "empty", value);
  report.characters += value.length;
  return value;
}
