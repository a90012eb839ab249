import { type Report, refuse } from "./report.ts";

/** Reads a text that is not blank, or reports why not. */
export function encodeText(path: string, value: unknown, report: Report): string | undefined {
  if (typeof value === "string" && value.trim() !== "") {
    report.characters += value.length;
    return value;
  }
  const code = typeof value === "string" ? "empty" : value === undefined ? "missing" : "not_a_string";
  return refuse(report, path, code, "a non-blank string", value);
}
