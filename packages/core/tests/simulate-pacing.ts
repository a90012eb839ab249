import { createConcurrencyLimit } from "../src/concurrency-limit.ts";
import { createPacer } from "../src/pacer.ts";
import { steadyPacer } from "../src/steady-pacer.ts";

/** What is simulated: callers with a backlog, each with a pacer of its own, and Intercom's fixed windows. */
export interface PacingScenario {
  readonly callers: number;
  /** Calls allowed in a window. */
  readonly limit: number;
  /** How long calls take, in milliseconds, on average. */
  readonly latency: number;
  /** Calls each caller has under way at most; fewer while they fail. */
  readonly concurrency: number;
  /** The part of the calls that Intercom answers with a 500. They count against the allowance. @default 0 */
  readonly failures?: number;
  readonly windows: number;
  /** Milliseconds in which they all begin. @default 50 */
  readonly startWithin?: number;
  /** How many of them have nothing more to send after half of the windows. @default 0 */
  readonly leaving?: number;
  /** How many milliseconds timers are late at most. @default 2 */
  readonly lag?: number;
  /** When Intercom stops to answer, in milliseconds after the first whole window's beginning, and for how long. */
  readonly pause?: { readonly at: number; readonly length: number };
  /** How far the callers' clocks are ahead, in milliseconds. */
  readonly clockAhead?: number;
  /** By how many milliseconds their clocks are put forward (or back), and how many after the first whole window's beginning. */
  readonly steps?: readonly { readonly at: number; readonly by: number }[];
  readonly share?: number;
  /** Whether replies have rate-limit headers. */
  readonly hasHeaders?: boolean;
  readonly random: () => number;
}

/** What came of it. */
export interface PacingResult {
  /** Calls within the allowance in each whole window. */
  readonly accepted: readonly number[];
  /** Calls refused with a 429, and calls altogether. */
  readonly refused: number;
  readonly calls: number;
  /** Calls within the allowance for each caller. */
  readonly byCaller: readonly number[];
}

const WINDOW = 10_000;
const START = 1_700_000_003_217;

/**
 * Plays a scenario on a clock of its own.
 *
 * @throws {Error} when there are ten times as many calls as are allowed, and there is nothing more to learn
 */
export function simulatePacing(scenario: PacingScenario): PacingResult {
  const {
    callers,
    limit,
    latency,
    concurrency,
    failures = 0,
    windows,
    startWithin = 50,
    leaving = 0,
    lag = 2,
    pause = { at: 0, length: 0 },
    clockAhead = 0,
    steps = [],
    share = 1,
    hasHeaders = true,
    random,
  } = scenario;
  const agenda = createAgenda(START);
  const accepted = new Map<number, number>();
  const first = Math.floor(START / WINDOW) + 1; // The first window is not a whole one.
  const pauseAt = first * WINDOW + pause.at;
  let ahead = clockAhead;
  for (const { at, by } of steps)
    agenda.at(first * WINDOW + at - START, () => {
      ahead += by;
    });
  const byCaller = Array.from({ length: callers }, () => 0);
  let refused = 0;
  let calls = 0;
  const most = 10 * (limit * (windows + 1) + 100 * callers);

  /** Intercom: counts the call in its window, and says so in headers. */
  function serve(caller: number) {
    const window = Math.floor(agenda.now() / WINDOW);
    const used = accepted.get(window) ?? 0;
    const isLimited = used >= limit;
    calls += 1;
    if (calls > most) throw new Error("The pacer does not pace: ten times as many calls as are allowed");
    if (isLimited) refused += 1;
    else {
      accepted.set(window, used + 1);
      byCaller[caller] = (byCaller[caller] ?? 0) + 1;
    }
    const headers: Record<string, string> = { date: new Date(agenda.now()).toUTCString() };
    if (hasHeaders) {
      headers["x-ratelimit-limit"] = String(limit);
      headers["x-ratelimit-remaining"] = String(Math.max(0, limit - used - 1));
      headers["x-ratelimit-reset"] = String(((window + 1) * WINDOW) / 1000);
    }
    return { isLimited, reply: { headers: { get: (name: string) => headers[name] ?? null } } };
  }

  function run(caller: number): void {
    const pacer = steadyPacer(createPacer({ share, random }));
    const most = createConcurrencyLimit(concurrency);
    let inFlight = 0;
    let alarm = 0;
    const localNow = (): number => agenda.now() + ahead;
    const leavesAt = caller < leaving ? START + (windows / 2) * WINDOW : Number.POSITIVE_INFINITY;
    const work = (): void => {
      while (inFlight < most.read() && agenda.now() < leavesAt) {
        const wait = pacer.start(localNow());
        if (wait > 0) {
          const mine = ++alarm;
          agenda.at(wait + random() * lag, () => mine === alarm && work());
          return;
        }
        inFlight += 1;
        call(localNow());
      }
    };
    const call = (startedAt: number): void => {
      agenda.at(latency * (0.25 + random() / 2), () => arrive(startedAt));
    };
    const arrive = (startedAt: number): void => {
      const sincePause = agenda.now() - pauseAt;
      const wait = sincePause >= 0 ? Math.max(0, pause.length - sincePause) : 0;
      agenda.at(wait, () => {
        const { isLimited, reply } = serve(caller);
        agenda.at(latency * (0.25 + random() / 2), () => {
          inFlight -= 1;
          most.end(localNow() - startedAt, failures === 0 || random() >= failures);
          pacer.end({ startedAt, now: localNow(), reply, limited: isLimited ? {} : undefined });
          work();
        });
      });
    };
    agenda.at(random() * startWithin, work);
  }

  for (let caller = 0; caller < callers; caller += 1) run(caller);
  agenda.playUntil(START + (windows + 1) * WINDOW);
  return {
    accepted: Array.from({ length: windows }, (_, index) => accepted.get(first + index) ?? 0),
    refused,
    calls,
    byCaller,
  };
}

/** Things to do at simulated times. */
function createAgenda(start: number) {
  // One list a millisecond: thousands of entries are added in no order.
  const lists = new Map<number, (() => void)[]>();
  let now = start;
  return {
    now: () => now,
    at(delay: number, action: () => void): void {
      const time = Math.max(now, Math.ceil(now + delay));
      const list = lists.get(time);
      if (list) list.push(action);
      else lists.set(time, [action]);
    },
    playUntil(end: number): void {
      for (; now < end; now += 1) {
        for (const action of lists.get(now) ?? []) action();
        lists.delete(now);
      }
    },
  };
}
