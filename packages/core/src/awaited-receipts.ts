import { createReceipt, receiptControls } from "./lazy-receipt.ts";
import type { Outcome, Receipt } from "./outcome.ts";
import type { Wakefulness } from "./wakefulness.ts";

/** Makes receipts, and settles those that it has made; {@link createAwaitedReceipts}. */
export interface AwaitedReceipts {
  create(): Receipt;
  /** Tells how the event of one ended, once. */
  settle(receipt: Receipt, outcome: Outcome): void;
}

/**
 * Receipts that keep the process alive while somebody waits for one: for the outcome of its event, or for the word of the
 * outbox.
 *
 * @param owedWanted told that somebody waits for the outcome of an event that is owed to its receipt, and the number of
 *   that event
 */
export function createAwaitedReceipts(
  wakefulness: Pick<Wakefulness, "enter" | "leave">,
  owedWanted: (number: number, receipt: Receipt) => void,
): AwaitedReceipts {
  const attendant = {
    wanted(receipt: Receipt, owed: number | undefined): void {
      wakefulness.enter();
      if (owed !== undefined) owedWanted(owed, receipt);
    },
    storedWanted(stored: Promise<boolean>): void {
      wakefulness.enter();
      stored.then(wakefulness.leave);
    },
  };
  return {
    create: () => createReceipt(attendant),
    settle(receipt, outcome) {
      if (receiptControls.isWanted(receipt)) wakefulness.leave();
      receiptControls.settle(receipt, outcome);
    },
  };
}
