import type { Outcome, Receipt } from "./outcome.ts";

/** A receipt and the calls that answer it. */
export interface OpenReceipt {
  /** What the caller holds. */
  readonly receipt: Receipt;
  /** Tells whoever waits how the event ended; only the first call counts. */
  readonly settle: (outcome: Outcome) => void;
  /** Tells whether the event is kept; only the first call counts. */
  readonly keep: (isStored: boolean) => void;
}

/** A receipt of an event that waits for its outcome. For packages that build on core. */
export function openReceipt(): OpenReceipt {
  // Promise.withResolvers is younger than Node 20.
  let settle!: OpenReceipt["settle"];
  let keep!: OpenReceipt["keep"];
  const stored = new Promise<boolean>((resolve) => {
    keep = resolve;
  });
  const promise = new Promise<Outcome>((resolve) => {
    settle = resolve;
  });
  return { receipt: Object.assign(promise, { stored }), settle, keep };
}

/** The receipt of an event that was refused at once. For packages that build on core. */
export function closedReceipt(outcome: Outcome): Receipt {
  return Object.assign(Promise.resolve(outcome), { stored: Promise.resolve(false) });
}
