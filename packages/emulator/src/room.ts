/** How much the emulator may hold. */
export interface Room {
  /** Notes that `bytes` more are held. */
  take(bytes: number): void;
  /** Notes that they no longer are. */
  give(bytes: number): void;
  /** True: nothing more is to be stored. */
  isFull(): boolean;
  /** Bytes held, as estimated. */
  held(): number;
  clear(): void;
}

/** What something stored costs beside its own text, as measured with a million of them. */
export const overhead = { contact: 600, event: 700, name: 300 } as const;

/** Creates room for `limit` bytes. */
export function createRoom(limit: number): Room {
  let held = 0;
  return {
    take(bytes) {
      held += bytes;
    },
    give(bytes) {
      held -= bytes;
    },
    isFull: () => held >= limit,
    held: () => held,
    clear() {
      held = 0;
    },
  };
}
