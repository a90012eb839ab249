import type { Outcome, Receipt } from "./outcome.ts";

/** A receipt and the one call that ends it. */
export interface OpenReceipt {
  /** What the caller holds. */
  readonly receipt: Receipt;
  /** Tells whoever waits how the event ended; only the first call counts. */
  readonly settle: (outcome: Outcome) => void;
}

const YES: Promise<boolean> = Promise.resolve(true);
const NO: Promise<boolean> = Promise.resolve(false);

/**
 * A receipt of an event that waits for its outcome. For packages that build on core.
 *
 * @param stored whether it is kept; at once if it waits in memory
 */
export function openReceipt(stored: Promise<boolean> = YES): OpenReceipt {
  // Promise.withResolvers is younger than Node 20.
  let settle!: (outcome: Outcome) => void;
  const promise = new Promise<Outcome>((resolve) => {
    settle = resolve;
  });
  return { receipt: Object.assign(promise, { stored }), settle };
}

/** The receipt of an event that was refused at once. For packages that build on core. */
export function closedReceipt(outcome: Outcome): Receipt {
  return Object.assign(Promise.resolve(outcome), { stored: NO });
}
