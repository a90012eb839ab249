import { type OwedOutcomes, receiptControls } from "./lazy-receipt.ts";
import type { Outcome, Receipt } from "./outcome.ts";

/** Receipts of events that are in the outbox alone; {@link createOwedReceipts}. Numbers are those of the events. */
export interface OwedReceipts {
  /** Owes the outcome of an event to whoever holds its receipt. */
  add(number: number, receipt: Receipt): void;
  /** Tells that somebody waits for a receipt, which must be kept from now on. */
  want(number: number, receipt: Receipt): void;
  /** Notes how an event has ended, and takes out its receipt if somebody waits for it. */
  end(number: number, outcome: Outcome): Receipt | undefined;
  /** The numbers of all events whose outcome somebody may still ask for. */
  open(): number[];
}

/** Events on a page. A receipt that somebody holds keeps what is noted on its page. */
const PAGE_SIZE = 256;

/**
 * Owes outcomes for as long as somebody holds a receipt or waits for one. Most are left alone at once, and a
 * backlog of a million of them must not fill the memory that the outbox has saved. So nothing here refers to a
 * receipt, not even weakly, which would keep it until the next great collection of garbage: receipts refer to pages.
 */
export function createOwedReceipts(): OwedReceipts {
  const wanted = new Map<number, Receipt>();
  const pages = new Map<number, WeakRef<OwedOutcomes>>();
  const forgotten = new FinalizationRegistry<number>((index) => {
    if (!pages.get(index)?.deref()) pages.delete(index);
  });

  const pageOf = (number: number): OwedOutcomes | undefined => pages.get(indexOf(number))?.deref();

  function startPage(number: number): OwedOutcomes {
    const page: OwedOutcomes = new Map();
    pages.set(indexOf(number), new WeakRef(page));
    forgotten.register(page, indexOf(number));
    return page;
  }

  return {
    add(number, receipt) {
      if (receiptControls.isWanted(receipt)) {
        wanted.set(number, receipt);
        return;
      }
      const page = pageOf(number) ?? startPage(number);
      page.set(number, undefined);
      receiptControls.owe(receipt, number, page);
    },
    want(number, receipt) {
      wanted.set(number, receipt);
      pageOf(number)?.delete(number);
    },
    end(number, outcome) {
      const receipt = wanted.get(number);
      wanted.delete(number);
      const page = pageOf(number);
      if (page?.has(number)) page.set(number, outcome);
      return receipt;
    },
    open() {
      const noted = [...pages.values()].flatMap((page) => [...(page.deref() ?? [])]);
      return [...wanted.keys(), ...noted.flatMap(([number, outcome]) => (outcome ? [] : number))];
    },
  };
}

function indexOf(number: number): number {
  return Math.floor(number / PAGE_SIZE);
}
