/** What became of events that have numbers. */
export interface Tally {
  /** Not stored. */
  readonly lost: number;
  /** Stored more than once. */
  readonly twice: number;
  /** Stored, while the program was told that they had failed. */
  readonly denied: number;
  /** Not stored, while the program was told that they had been taken. */
  readonly claimed: number;
}

/**
 * Compares what was stored with what a client said.
 *
 * @param events how many there are, numbered from 0
 * @param stored the number of each event, as often as it was stored
 * @param failed the numbers of those the program was told had failed
 */
export function tally(events: number, stored: readonly number[], failed: readonly number[]): Tally {
  const times = new Map<number, number>();
  for (const number of stored) times.set(number, (times.get(number) ?? 0) + 1);
  const told = new Set(failed);
  const lost = Array.from({ length: events }, (_, number) => number).filter((number) => !times.has(number));
  return {
    lost: lost.length,
    twice: [...times.values()].filter((count) => count > 1).length,
    denied: [...told].filter((number) => times.has(number)).length,
    claimed: lost.filter((number) => !told.has(number)).length,
  };
}
