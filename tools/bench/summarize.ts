/** The value that so many of a hundred are at most (nearest rank); NaN of nothing. */
export function percentile(values: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * values.length));
  return values.toSorted((a, b) => a - b)[rank - 1] ?? Number.NaN;
}

/** The value in the middle, the lower one of two; NaN of nothing. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The smallest and the largest value as a text. */
export function spread(values: readonly number[], digits = 0): string {
  return `${grouped(Math.min(...values), digits)} – ${grouped(Math.max(...values), digits)}`;
}

/** A number with its thousands apart. */
export function grouped(value: number, digits = 0): string {
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
