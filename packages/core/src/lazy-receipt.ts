import type { Outcome, Receipt } from "./outcome.ts";

/** How events have ended, once they have, by their numbers. */
export type OwedOutcomes = Map<number, Outcome | undefined>;

/** Who is told that somebody waits for a receipt. */
interface Attendant {
  /** Told that somebody asks for an outcome that is not known yet, and of what event if that is owed to the receipt. */
  wanted(receipt: Receipt, owed: number | undefined): void;
  /** Told each time somebody asks for a word of the outbox that it has not given yet. */
  storedWanted(stored: Promise<boolean>): void;
}

/** What a queue may do with the receipts it has made; whoever holds a receipt may not. */
interface ReceiptControls {
  /** Makes one; {@link createReceipt}. */
  create(attendant: Attendant | undefined): Receipt;
  /** Tells how the event ended; only the first call counts. */
  settle(receipt: Receipt, outcome: Outcome): void;
  /** Tells where it will be noted how the event ended, unless somebody waits for it: then it is settled. */
  owe(receipt: Receipt, number: number, outcomes: OwedOutcomes): void;
  /** Tells whether the outbox holds the event; only the first call counts. */
  store(receipt: Receipt, isStored: boolean): void;
  /** Its `stored`, without anybody who waits for it. */
  stored(receipt: Receipt): Promise<boolean>;
  /** How the event ended, once it has. */
  outcome(receipt: Receipt): Outcome | undefined;
  /** Whether anybody has asked how the event ended: then it must be kept until they are told. */
  isWanted(receipt: Receipt): boolean;
}

/** What may be done with the receipts that {@link createReceipt} has made. */
export const receiptControls: ReceiptControls = /* @__PURE__ */ defineReceipts();

/** Within a function, so that a bundle which makes no such receipts does not carry them. */
function defineReceipts(): ReceiptControls {
  const YES: Promise<boolean> = Promise.resolve(true);
  const NO: Promise<boolean> = Promise.resolve(false);

  let controls!: ReceiptControls;
  const mine = (receipt: Receipt): LazyReceipt => receipt as unknown as LazyReceipt;
  const share = (made: ReceiptControls): void => {
    controls = made;
  };

  /**
   * A promise that is made only when somebody asks for it, as most receipts are left alone: an event
   * that nobody waits for costs less, and nothing at all while it is in the outbox alone.
   */
  class LazyReceipt {
    #outcome: Outcome | undefined;
    #promise: Promise<Outcome> | undefined;
    #resolve: ((outcome: Outcome) => void) | undefined;
    readonly #attendant: Attendant | undefined;
    #owed: number | undefined;
    #outcomes: OwedOutcomes | undefined;
    #isStored: boolean | undefined;
    #stored: Promise<boolean> | undefined;
    #resolveStored: ((isStored: boolean) => void) | undefined;

    // biome-ignore lint/correctness/noUnusedPrivateClassMembers: for a static block, which React Native's Babel preset cannot read.
    static readonly #shared = share({
      create: (attendant) => new LazyReceipt(attendant) as unknown as Receipt,
      settle: (receipt, outcome) => mine(receipt).#settle(outcome),
      owe(receipt, number, outcomes) {
        mine(receipt).#owed = number;
        mine(receipt).#outcomes = outcomes;
      },
      store: (receipt, isStored) => mine(receipt).#store(isStored),
      stored: (receipt) => mine(receipt).#asStored(),
      outcome: (receipt) => mine(receipt).#known(),
      isWanted: (receipt) => mine(receipt).#promise !== undefined,
    });

    constructor(attendant: Attendant | undefined) {
      this.#attendant = attendant;
    }

    get stored(): Promise<boolean> {
      const stored = this.#asStored();
      if (this.#isStored === undefined) this.#attendant?.storedWanted(stored);
      return stored;
    }

    #asStored(): Promise<boolean> {
      if (this.#isStored !== undefined) return this.#isStored ? YES : NO;
      this.#stored ??= new Promise((resolve) => {
        this.#resolveStored = resolve;
      });
      return this.#stored;
    }

    // biome-ignore lint/suspicious/noThenProperty: it is a promise.
    then(...handlers: Parameters<Promise<Outcome>["then"]>): Promise<unknown> {
      return this.#asPromise().then(...handlers);
    }

    catch(...handlers: Parameters<Promise<Outcome>["catch"]>): Promise<unknown> {
      return this.#asPromise().catch(...handlers);
    }

    finally(...handlers: Parameters<Promise<Outcome>["finally"]>): Promise<Outcome> {
      return this.#asPromise().finally(...handlers);
    }

    #asPromise(): Promise<Outcome> {
      if (this.#promise) return this.#promise;
      const outcome = this.#known();
      this.#promise = new Promise((resolve) => {
        if (outcome === undefined) this.#resolve = resolve;
        else resolve(outcome);
      });
      if (outcome === undefined) this.#attendant?.wanted(this as unknown as Receipt, this.#owed);
      return this.#promise;
    }

    #known(): Outcome | undefined {
      return this.#outcome ?? this.#outcomes?.get(this.#owed as number);
    }

    #settle(outcome: Outcome): void {
      if (this.#outcome !== undefined) return;
      this.#outcome = outcome;
      this.#resolve?.(outcome);
      this.#store(false); // Had it been stored, that would have been told before.
    }

    #store(isStored: boolean): void {
      if (this.#isStored !== undefined) return;
      this.#isStored = isStored;
      this.#resolveStored?.(isStored);
    }
  }

  // So that `instanceof Promise` is true as well.
  Object.setPrototypeOf(LazyReceipt.prototype, Promise.prototype);
  return controls;
}

/**
 * A receipt that waits for its outcome, and for the word of the outbox.
 *
 * @param attendant told once at most that the outcome is wanted
 */
export function createReceipt(attendant?: Attendant): Receipt {
  return receiptControls.create(attendant);
}
