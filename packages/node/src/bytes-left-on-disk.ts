import { statfsSync } from "node:fs";

/**
 * Bytes that are not for new events. Leasing and ending events write to SQLite's log first, which has 4 MiB as a rule
 * before its pages come to the file, and the file may have to grow by as many. On a disk without that room neither can
 * be done, so nothing would ever make any.
 */
const RESERVE = 8 * 1024 * 1024;

/** Bytes that new events may take of the disk that a file is on; less than 0 where what is reserved is used. */
export function bytesLeftOnDisk(path: string): number {
  try {
    const { bavail, bsize, blocks } = statfsSync(path);
    if (blocks > 0) return bavail * bsize - Math.min(RESERVE, (blocks * bsize) / 2);
  } catch {
    // SQLite says by itself what cannot be written.
  }
  return Number.POSITIVE_INFINITY; // Some file systems do not know.
}
