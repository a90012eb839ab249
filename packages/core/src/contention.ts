/** What a reply tells about the other users of the allowance. */
interface Observation {
  /** Calls that others have made in this window so far, as far as that is known. */
  readonly used: number;
  /** Calls allowed in a window. */
  readonly limit: number;
  /** How long the call took, in milliseconds. */
  readonly duration: number;
}

/**
 * An estimate of the contention for a rate limit: how much the other programs with the same token use of the allowance.
 * Nobody tells that. It follows from how the count of calls grows between two replies; {@link createContention}.
 */
export interface Contention {
  /** Calls of others for each of ours, while we had calls to make. 0: nobody else. */
  others(): number;
  /** How long calls take, in milliseconds; 0 while that is not known. */
  latency(): number;
  /** Takes what a reply tells. */
  observe(reply: Observation): void;
  /** Tells that a window begins, or that there was nothing to send for a while: what others did in it says little. */
  pause(): void;
  /** Starts anew. */
  reset(): void;
}

/** Replies that are remembered: of the last ones each counts, of those before less and less. */
const MEMORY = 4;

/** A newcomer takes what others did before it for the doings of so many, at most. */
const MOST_AT_FIRST = 64;

/** They are at most this part of the allowance, for who takes all of it to be for others never hears of its mistake. */
const MOST_PART = 1 / 3;

/** A call that takes longer says more about this process, which may just be starting, than about Intercom. */
const MAX_LATENCY = 400;

/** Below this, others are no more than a single call of somebody now and then. */
const ALONE = 0.01;

/** An estimate without a reply so far: nobody else. */
export function createContention(): Contention {
  let others = 0;
  let latency = 0;
  let replies = 0;
  /** Calls of others that were counted already; `undefined` where the count has a gap. */
  let counted: number | undefined;
  return {
    others: () => (others < ALONE ? 0 : others),
    latency: () => latency,
    observe({ used, limit, duration }) {
      const most = limit * MOST_PART;
      replies += 1;
      const weight = 1 / Math.min(MEMORY, replies);
      latency += (Math.min(duration, MAX_LATENCY) - latency) * weight;
      if (replies === 1) others = Math.min(used, MOST_AT_FIRST, most);
      else if (counted !== undefined)
        others += (Math.min(Math.max(0, used - counted), most) - others) * weight;
      counted = Math.max(used, counted ?? 0);
    },
    pause() {
      counted = undefined;
    },
    reset() {
      [others, latency, replies, counted] = [0, 0, 0, undefined];
    },
  };
}
