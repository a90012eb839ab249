import { receiptControls } from "./lazy-receipt.ts";
import type { Receipt } from "./outcome.ts";

/** Receipts of events that are in the outbox alone; {@link createOwedReceipts}. */
export interface OwedReceipts {
  /** Remembers the receipt of an event. */
  add(id: string, receipt: Receipt): void;
  /** Tells that somebody waits for a receipt, which must be kept from now on. */
  want(receipt: Receipt): void;
  /** Takes out the receipt of an event; `undefined` if nobody holds it any more. */
  take(id: string): Receipt | undefined;
  /** The ids of all receipts that somebody holds or waits for. */
  ids(): string[];
}

/**
 * Remembers receipts for as long as somebody holds them or waits for them. Most are left alone at once,
 * and a backlog of a million of them must not fill the memory that the outbox has saved.
 */
export function createOwedReceipts(): OwedReceipts {
  const owed = new Map<string, WeakRef<Receipt> | Receipt>();
  const ids = new WeakMap<Receipt, string>();
  const forgotten = new FinalizationRegistry<string>((id) => {
    if (owed.get(id) instanceof WeakRef) owed.delete(id);
  });
  return {
    add(id, receipt) {
      if (receiptControls.isWanted(receipt)) {
        owed.set(id, receipt);
        return;
      }
      owed.set(id, new WeakRef(receipt));
      ids.set(receipt, id);
      forgotten.register(receipt, id, receipt);
    },
    want(receipt) {
      const id = ids.get(receipt);
      if (id !== undefined && owed.has(id)) owed.set(id, receipt);
    },
    take(id) {
      const entry = owed.get(id);
      owed.delete(id);
      const receipt = entry instanceof WeakRef ? entry.deref() : entry;
      if (receipt) forgotten.unregister(receipt);
      return receipt;
    },
    ids: () => [...owed.keys()],
  };
}
