import { readdirSync, readFileSync } from "node:fs";

/** A process, and how it was started. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: readonly string[];
}

/** The processes that a process has started, and those that they have, the oldest first. Known on Linux alone. */
export function descendantsOf(root: number): Process[] {
  const all = readdirSync("/proc")
    .map(Number)
    .filter(Number.isInteger)
    .flatMap(readProcess)
    .sort((a, b) => a.pid - b.pid);
  const family = new Set([root]);
  for (let before = 0; before < family.size; ) {
    before = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  return all.filter(({ pid }) => pid !== root && family.has(pid));
}

function readProcess(pid: number): Process[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name before the last bracket may hold anything.
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
    return [{ pid, parent, command }];
  } catch {
    return []; // It has ended meanwhile.
  }
}

/** The names of a process's threads; none once it has ended. */
export function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/comm`, "utf8").trim(),
    );
  } catch {
    return [];
  }
}
