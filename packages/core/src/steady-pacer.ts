import type { Pacer } from "./pacer.ts";
import { createSteadyTime } from "./steady-time.ts";

/** Has a pacer go by a steady time: a clock that is put back must not make it wait for a window that was over. */
export function steadyPacer(pacer: Pacer): Pacer {
  const time = createSteadyTime();
  return {
    start: (now) => pacer.start(time.at(now)),
    end({ startedAt, now, reply, limited }) {
      const steady = time.at(now);
      const ahead = time.ahead();
      pacer.end({
        startedAt: Math.min(startedAt + ahead, steady),
        now: steady,
        reply,
        limited: limited?.resetAt === undefined ? limited : { resetAt: limited.resetAt + ahead },
      });
    },
    read(now) {
      const budget = pacer.read(time.at(now));
      return { ...budget, resetAt: budget.resetAt - time.ahead() };
    },
  };
}
