import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folders: string[] = [];

/** An empty folder among the temporary files, which is gone when the process ends. */
export function temporaryFolder(): string {
  if (folders.length === 0) process.once("exit", removeAll);
  const path = mkdtempSync(join(tmpdir(), "intercom-events-bench-"));
  folders.push(path);
  return path;
}

function removeAll(): void {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
}
