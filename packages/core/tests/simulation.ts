/** How many times as many runs `pnpm soak` has. */
const SOAK = 20;

/** Whether more than usual is looked for: `vitest --mode soak`. */
const isSoaking = (import.meta as { readonly env?: { readonly MODE?: string } }).env?.MODE === "soak";

/**
 * How often a simulation is run that looks for what nobody thought of. It tries the same each time, so that a change
 * is judged by what it does; what one run in thousands finds is for `pnpm soak`, where all is of chance.
 */
export function runs(count: number): { readonly numRuns: number; readonly seed?: number } {
  return isSoaking ? { numRuns: count * SOAK } : { numRuns: count, seed: 1 };
}

/** Milliseconds that a simulation may take. */
export const SIMULATION_TIMEOUT = 120_000 * (isSoaking ? SOAK : 1);

/** A small generator of numbers from 0 to 1 that a seed repeats (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
