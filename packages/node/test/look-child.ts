import { workerData } from "node:worker_threads";
import { freeDeadOwners } from "../src/free-dead-owners.ts";

/** What a thread that looks for the dead shares with the one whose owners begin and end. */
export interface Looks {
  readonly path: string;
  /** The owner that lives, how often it was taken for dead, how often was looked, and whether that is over. */
  readonly counts: BigInt64Array;
}

const { path, counts } = workerData as Looks;
while (Atomics.load(counts, 3) === 0n) {
  freeDeadOwners(path, -1, (id) => {
    if (Atomics.load(counts, 0) === BigInt(id)) Atomics.add(counts, 1, 1n);
  });
  Atomics.add(counts, 2, 1n);
}
