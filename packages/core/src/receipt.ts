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

/** A receipt that waits for its outcome. For packages that build on core. */
export function openReceipt(stored: Promise<boolean> = YES): OpenReceipt {
  const { promise, resolve } = withResolvers<Outcome>();
  return { receipt: Object.assign(promise, { stored }), settle: resolve };
}

/** The receipt of an event that was refused at once. For packages that build on core. */
export function closedReceipt(outcome: Outcome): Receipt {
  return Object.assign(Promise.resolve(outcome), { stored: NO });
}

/** `Promise.withResolvers`, which Node 20 does not have. */
function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
