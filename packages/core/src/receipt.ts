import type { Outcome, Receipt } from "./outcome.ts";

/** The receipt of an event that was refused at once. */
export function closedReceipt(outcome: Outcome): Receipt {
  return Object.assign(Promise.resolve(outcome), { stored: Promise.resolve(false) });
}
