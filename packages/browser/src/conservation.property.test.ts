import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { fakeClock } from "../../core/tests/fake-clock.ts";
import { runs, SIMULATION_TIMEOUT } from "../../core/tests/simulation.ts";
import { fakePage } from "../test/fake-page.ts";
import { createTracker, messenger, type Outcome } from "./index.ts";

const TIMEOUT = 1_000;
const MAX_EVENTS = 5;

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant({ do: "track" as const }) },
    { weight: 1, arbitrary: fc.constant({ do: "trackInvalid" as const }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant("tick" as const), by: fc.integer({ min: 1, max: 1_500 }) }),
    },
    ...(["stub", "load", "boot", "shutdown", "unload", "break", "flush", "optOut", "optIn"] as const).map(
      (name) => ({ weight: 1, arbitrary: fc.constant({ do: name }) }),
    ),
    { weight: 1, arbitrary: fc.constant({ do: "dispatch" as const }) },
    { weight: 1, arbitrary: fc.constant({ do: "close" as const }) },
  ),
  { maxLength: 60 },
);

afterEach(() => {
  Reflect.deleteProperty(globalThis, "window");
  vi.restoreAllMocks();
});

test(
  "each tracked event settles once, what arrives keeps its order, and nothing is left running",
  async () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const page = fakePage();
        const clock = fakeClock();
        const tracker = createTracker({
          route: messenger({ timeout: TIMEOUT }),
          queue: { maxEvents: MAX_EVENTS },
          clock,
        });
        const heard: Outcome[] = [];
        tracker.on("outcome", ({ outcome }) => heard.push(outcome));
        const settled = new Map<string, Outcome>();
        const trackedAt = new Map<string, number>();
        let tracked = 0;
        let waiting = 0;
        const broken = Object.assign(
          () => {
            throw new Error("broken");
          },
          { booted: true },
        );

        const actions = {
          track() {
            const name = `event-${tracked++}`;
            trackedAt.set(name, clock.now());
            waiting += 1;
            tracker.track(name).then((outcome) => {
              expect(settled.has(name)).toBe(false);
              // Nobody is told before or after the time an event may wait.
              if (outcome.status === "dropped" && outcome.reason === "expired") {
                expect(clock.now() - (trackedAt.get(name) ?? 0)).toBeGreaterThanOrEqual(TIMEOUT);
              }
              settled.set(name, outcome);
              waiting -= 1;
            });
          },
          trackInvalid() {
            tracked += 1;
            const name = `invalid-${tracked}`;
            tracker.track("").then((outcome) => settled.set(name, outcome));
          },
          break: () => page.put(broken),
          dispatch: () => page.dispatch("pagehide"),
          flush: () => void tracker.flush({ timeout: 1 }),
          optOut: () => tracker.optOut(),
          optIn: () => tracker.optIn(),
          close: () => void tracker.close({ timeout: 100 }),
          stub: page.stub,
          load: page.load,
          boot: page.boot,
          shutdown: page.shutdown,
          unload: page.unload,
        };

        for (const step of script) {
          if (step.do === "tick") clock.advance(step.by);
          else actions[step.do]();
          await new Promise(setImmediate);
          // tracked = settled + pending at every moment.
          expect(heard.length).toBe(settled.size);
          expect(settled.size + waiting).toBe(tracked);
          expect(waiting).toBeLessThanOrEqual(MAX_EVENTS);
        }

        clock.advance(TIMEOUT);
        await new Promise(setImmediate);
        expect(settled.size).toBe(tracked);
        expect(heard).toHaveLength(tracked);
        expect(page.lost).toEqual([]);
        expect(page.queued).toEqual([]);
        const accepted = [...settled].filter(([, { status }]) => status === "accepted").map(([name]) => name);
        const arrived = page.delivered.map(([, name]) => String(name));
        expect(new Set(arrived)).toEqual(new Set(accepted));
        expect(arrived).toHaveLength(accepted.length);
        const numbers = arrived.map((name) => Number(name.slice("event-".length)));
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
        await tracker.close({ timeout: 0 });
        expect(clock.timers()).toBe(0);
        expect(page.listeners()).toBe(0);
      }),
      runs(300),
    );
  },
  SIMULATION_TIMEOUT,
);
