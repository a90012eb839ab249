import type { DropReason, Outcome, OutcomeStatus } from "./outcome.ts";
import type { RateBudget } from "./pacer.ts";
import type { VerdictKind } from "./verdict.ts";

/**
 * Counts since the client was made. At every moment
 * `tracked = accepted + duplicate + rejected + invalid + dropped + pending`.
 */
export interface ClientStats extends Readonly<Record<OutcomeStatus, number>> {
  /** Events given to `track`. */
  readonly tracked: number;
  /** Events that wait or are being sent. */
  readonly pending: number;
  /**
   * Events that have ended, and whose end the outbox has not taken yet: it is written within some 50 ms. They are in the
   * count of how they ended as well. Absent if there are none.
   */
  readonly unsettled?: number;
  /** Events being sent. */
  readonly inFlight: number;
  /** Milliseconds since the oldest event in memory was tracked. */
  readonly oldestAge?: number;
  /**
   * Events that an earlier or another process has tracked, and this one has ended; they are in no
   * other count.
   */
  readonly recovered: number;
  /** Whether nothing is being sent, until another token or `resume()`. */
  readonly isPaused: boolean;
  /** The allowance of the token, as far as it is known. */
  readonly rate: RateBudget;
  /** Dropped events by reason. */
  readonly droppedByReason: Readonly<Partial<Record<DropReason, number>>>;
  /** Rejected events by the kind of the last verdict. */
  readonly rejectedByVerdict: Readonly<Partial<Record<VerdictKind, number>>>;
}

/** Counts events; {@link createTally}. */
export interface Tally {
  track(): void;
  end(outcome: Outcome): void;
  /** An event that another process has tracked has ended. */
  recover(): void;
  /** The counts that follow from outcomes alone. */
  read(): Omit<ClientStats, "pending" | "unsettled" | "inFlight" | "oldestAge" | "isPaused" | "rate">;
}

/** A tally of nothing yet. */
export function createTally(): Tally {
  let tracked = 0;
  let recovered = 0;
  const byStatus: Record<OutcomeStatus, number> = {
    accepted: 0,
    duplicate: 0,
    rejected: 0,
    invalid: 0,
    dropped: 0,
  };
  const droppedByReason: Partial<Record<DropReason, number>> = {};
  const rejectedByVerdict: Partial<Record<VerdictKind, number>> = {};
  return {
    track() {
      tracked += 1;
    },
    end(outcome) {
      byStatus[outcome.status] += 1;
      if (outcome.status === "dropped") add(droppedByReason, outcome.reason);
      if (outcome.status === "rejected") add(rejectedByVerdict, outcome.verdict.kind);
    },
    recover() {
      recovered += 1;
    },
    read() {
      return {
        tracked,
        recovered,
        ...byStatus,
        droppedByReason: { ...droppedByReason },
        rejectedByVerdict: { ...rejectedByVerdict },
      };
    },
  };
}

function add<Key extends string>(counts: Partial<Record<Key, number>>, key: Key): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
