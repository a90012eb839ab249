import type { ActiveFault } from "./fault.ts";
import { meetsFault } from "./meets-fault.ts";
import type { PlainRequest } from "./plain-message.ts";

/** A fault that is set, and how often it is yet to act. */
export interface PlannedFault extends ActiveFault {
  /** How many requests it is yet to meet; absent: every one. */
  readonly left?: number;
}

/** The faults that are to come. */
export interface FaultPlan {
  set(faults: readonly ActiveFault[]): void;
  /** The first fault that meets the request; it is used up once. */
  take(request: PlainRequest): ActiveFault | undefined;
  /** Those that were set, used up or not. */
  list(): PlannedFault[];
}

/** What a plan of faults needs. */
export interface FaultPlanContext {
  /** A number from 0 up to 1. */
  readonly random: () => number;
  /** Called after faults were set, or one with a number of times was met. */
  onChange(): void;
}

/** Creates a plan without faults. */
export function createFaultPlan({ random, onChange }: FaultPlanContext): FaultPlan {
  let plan: { readonly fault: ActiveFault; left: number }[] = [];
  return {
    set(faults) {
      plan = faults.map((fault) => ({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }));
      onChange();
    },
    take(request) {
      if (plan.length === 0) return undefined;
      const next = plan.find(
        ({ fault, left }) => left > 0 && meetsFault(fault, request) && random() < (fault.probability ?? 1),
      );
      if (!next) return undefined;
      next.left -= 1;
      if (Number.isFinite(next.left)) onChange();
      return next.fault;
    },
    list: () => plan.map(({ fault, left }) => (Number.isFinite(left) ? { ...fault, left } : { ...fault })),
  };
}
