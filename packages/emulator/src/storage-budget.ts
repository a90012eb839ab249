/** The size of everything stored, against `maxBytes`. The write that goes beyond is still stored, and the next one refused. */
export interface StorageBudget {
  /** Notes that `bytes` more are stored. */
  take(bytes: number): void;
  /** Notes that they no longer are. */
  give(bytes: number): void;
  /** True: nothing more is to be stored. */
  isFull(): boolean;
  /** Bytes stored, as estimated. */
  used(): number;
  clear(): void;
}

/** What something stored costs beside its own text, as measured with a million of them. */
export const overhead = { contact: 600, event: 700, name: 300 } as const;

/** Creates a budget of `limit` bytes. */
export function createStorageBudget(limit: number): StorageBudget {
  let used = 0;
  return {
    take(bytes) {
      used += bytes;
    },
    give(bytes) {
      used -= bytes;
    },
    isFull: () => used >= limit,
    used: () => used,
    clear() {
      used = 0;
    },
  };
}
