import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** An empty folder among the temporary files, which is gone when the process ends. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "intercom-events-bench-"));
  process.on("exit", () => rmSync(path, { recursive: true, force: true }));
  return path;
}
