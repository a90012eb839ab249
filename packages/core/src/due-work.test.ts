import fc from "fast-check";
import { expect, test } from "vitest";
import { fakeClock } from "../tests/fake-clock.ts";
import { turn } from "../tests/start-client.ts";
import { createDueWork } from "./due-work.ts";

/** Work that ends when it is told to, and counts of what keeps the process alive. */
function start() {
  const clock = fakeClock();
  const state = { holds: 0, runs: 0, open: 0, keepsAlive: true, next: undefined as number | undefined };
  let end = (): void => undefined;
  const work = createDueWork({
    clock: {
      ...clock,
      soon(callback) {
        void Promise.resolve().then(callback);
        return () => undefined;
      },
      keepAlive() {
        state.holds += 1;
        return () => {
          state.holds -= 1;
        };
      },
    },
    async work() {
      state.runs += 1;
      state.open += 1;
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      state.open -= 1;
    },
    next: () => state.next,
    keepsAlive: () => state.keepsAlive,
  });
  return { clock, state, work, end: () => end() };
}

test("is done at the earliest time it was asked for, and once", async () => {
  const { clock, state, work } = start();
  work.schedule(100);
  work.schedule(30);
  work.schedule(50);
  clock.advance(29);
  await turn();
  expect([state.runs, work.underWay()]).toEqual([0, undefined]);
  clock.advance(1);
  const startedAt = clock.now();
  await turn();
  clock.advance(200);
  await turn();
  expect([state.runs, work.startedAt()]).toEqual([1, startedAt]);
});

test("is done once the code that runs now has ended, where no time is to pass", async () => {
  const { state, work } = start();
  work.schedule(100);
  work.schedule(0);
  expect(work.underWay()).toBeUndefined();
  await turn();
  expect(state.runs).toBe(1);
});

test("is not due because that is asked while it is under way, but in the time it says then", async () => {
  const { clock, state, work, end } = start();
  const done = work.start();
  await turn();
  work.schedule(0);
  state.next = 50;
  end();
  await done;
  expect([work.underWay(), work.startedAt()]).toEqual([undefined, Number.POSITIVE_INFINITY]);
  clock.advance(49);
  await turn();
  expect(state.runs).toBe(1);
  clock.advance(1);
  await turn();
  expect(state.runs).toBe(2);
});

test("lets the process end that it has kept alive", async () => {
  const { state, work } = start();
  state.keepsAlive = false;
  work.schedule(100);
  expect(state.holds).toBe(0);
  state.keepsAlive = true;
  work.schedule(50);
  work.schedule(20);
  expect(state.holds).toBe(1);
  work.letGo();
  work.letGo();
  expect(state.holds).toBe(0);
});

const act = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constant("schedule" as const), time: fc.integer({ min: 1, max: 100 }) }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("pass" as const), time: fc.nat({ max: 100 }) }) },
  fc.record({ act: fc.constantFrom("start" as const, "end" as const, "stop" as const), time: fc.nat() }),
);

test("is never done twice at the same time, never late, and keeps no process alive that has nothing to do", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
      const { clock, state, work, end } = start();
      let dueAt = Number.POSITIVE_INFINITY;
      let isStopped = false;
      for (const { act, time } of acts) {
        const isFree = work.underWay() === undefined;
        const { runs } = state;
        if (act === "schedule") {
          work.schedule(time);
          if (isFree && !isStopped) dueAt = Math.min(dueAt, clock.now() + time);
        } else if (act === "pass") {
          clock.advance(time);
        } else if (act === "end") {
          end();
        } else if (act === "stop") {
          work.stop();
          isStopped = true;
          dueAt = Number.POSITIVE_INFINITY;
        } else if (isFree) {
          void work.start();
        }
        const isBegun = isFree && (act === "start" || dueAt <= clock.now());
        await turn();
        expect(state.runs).toBe(runs + (isBegun ? 1 : 0));
        if (isBegun) dueAt = Number.POSITIVE_INFINITY;
        expect(state.open).toBe(work.underWay() ? 1 : 0);
        expect(state.holds).toBeLessThanOrEqual(1);
        if (!isStopped && dueAt === Number.POSITIVE_INFINITY && !work.underWay()) expect(state.holds).toBe(0);
      }
    }),
  );
});
