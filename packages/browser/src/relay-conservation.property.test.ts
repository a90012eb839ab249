import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { fakeClock } from "../../core/tests/fake-clock.ts";
import { runs, SIMULATION_TIMEOUT, seeded } from "../../core/tests/simulation.ts";
import { type FakeTab, fakeBrowser, settleDown } from "../test/fake-tabs.ts";
import { memoryDatabase, memoryPageOutbox } from "../test/memory-page-outbox.ts";
import { type Fault, simulatedRelay } from "../test/simulated-relay.ts";
import { createTracker, type Outcome, relay, type Tracker } from "./index.ts";

const TABS = 3;

const FAULTS: readonly Fault[] = [
  "none",
  "lost before",
  "lost after",
  "500",
  "503 later",
  "429",
  "garbage",
  "short",
  "retry each",
];

const tab = fc.nat({ max: TABS - 1 });
const steps = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant("track" as const),
        tab,
        name: fc.constantFrom("a", "b", "not-allowed"),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant("tick" as const), by: fc.integer({ min: 1, max: 8_000 }) }),
    },
    { weight: 3, arbitrary: fc.constant({ do: "rest" as const }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant("fault" as const), fault: fc.constantFrom(...FAULTS) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("kill" as const), tab }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("close" as const), tab }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("hide" as const), tab }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("leave" as const), tab }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("cache" as const), tab }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("flush" as const), tab }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("online" as const), is: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("store" as const), works: fc.boolean() }) },
  ),
  { maxLength: 50 },
);

let browser: ReturnType<typeof fakeBrowser> | undefined;
let day = Date.parse("2026-01-01T00:00:00.987Z");

afterEach(() => {
  browser?.remove();
  vi.restoreAllMocks();
});

interface Tracked {
  readonly n: number;
  readonly name: string;
  stored: boolean | undefined;
  outcome?: Outcome;
  /** Whether its tab has died or gone before it had an outcome. */
  orphaned: boolean;
}

/** What a page can only do right by itself: two that know nothing of each other may take the same second of a name. */
const ALONE: readonly string[] = ["hide", "leave", "cache", "store"];

test.each([
  { hasOutbox: true, areNamesShared: true },
  { hasOutbox: true, areNamesShared: false },
  { hasOutbox: false, areNamesShared: false },
])(
  "each event is kept once or ends with a name: %j",
  async ({ hasOutbox, areNamesShared }) => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(), async (script, seed) => {
        const random = seeded(seed);
        // A page remembers the seconds of its events, and this one sees all runs.
        day += 86_400_000;
        const clock = fakeClock(day);
        const faults: Fault[] = [];
        const site = simulatedRelay(() => faults.shift() ?? "none", clock.now);
        const here = fakeBrowser(site.answer);
        browser = here;
        const database = memoryDatabase();
        let works = true;
        let count = 0;
        const all: Tracked[] = [];
        const pages: { tab: FakeTab; tracker: Tracker; events: Tracked[]; index: number }[] = [];
        let opened = 0;

        function open(): (typeof pages)[number] {
          const tab = here.open(clock);
          const index = opened++;
          const tracker = tab.run(() =>
            createTracker({
              route: relay({ url: `https://site.test/relay?tab=${index}` }),
              clock: tab.clock,
              random,
              ...(hasOutbox && {
                outbox: memoryPageOutbox(database, { isAlive: tab.isAlive, fails: () => !works }),
              }),
            }),
          );
          return { tab, tracker, events: [], index };
        }

        function track(page: (typeof pages)[number], given: string): void {
          const n = count++;
          const name = areNamesShared || given === "not-allowed" ? given : `${given}-${page.index}`;
          const tracked: Tracked = { n, name, stored: undefined, orphaned: false };
          all.push(tracked);
          page.events.push(tracked);
          const receipt = page.tab.run(() => page.tracker.track(name, { n }));
          receipt.stored.then((stored) => {
            tracked.stored = stored;
          });
          receipt.then((outcome) => {
            expect(tracked.outcome).toBeUndefined();
            tracked.outcome = outcome;
          });
        }

        function replace(index: number): void {
          const page = pages[index] as (typeof pages)[number];
          for (const event of page.events) if (!event.outcome) event.orphaned = true;
          page.tab.kill();
          pages[index] = open();
        }

        /** As a program that is loaded anew does, in a tab that lives on. */
        async function close(index: number): Promise<void> {
          const page = pages[index] as (typeof pages)[number];
          await page.tab.run(() => page.tracker.close({ timeout: 0 }));
          await settleDown(8);
          for (const event of page.events) if (!event.outcome) event.orphaned = true;
          pages[index] = open();
        }

        for (let index = 0; index < TABS; index++) pages.push(open());
        async function pass(milliseconds: number): Promise<void> {
          for (let left = milliseconds; left > 0; left -= 1_000) {
            clock.advance(Math.min(left, 1_000));
            await settleDown(4);
          }
        }

        for (const step of script) {
          if (areNamesShared && ALONE.includes(step.do)) continue;
          const page =
            "tab" in step
              ? (pages[step.tab] as (typeof pages)[number])
              : (pages[0] as (typeof pages)[number]);
          if (step.do === "track") track(page, step.name);
          else if (step.do === "tick") await pass(step.by);
          else if (step.do === "rest") await settleDown();
          else if (step.do === "fault") faults.push(step.fault);
          else if (step.do === "kill") replace(step.tab);
          else if (step.do === "close") await close(step.tab);
          else if (step.do === "hide") {
            here.setVisible(false);
            page.tab.dispatch("visibilitychange");
            here.setVisible(true);
          } else if (step.do === "leave") {
            page.tab.dispatch("pagehide");
            await Promise.resolve();
            replace(step.tab);
          } else if (step.do === "cache") {
            page.tab.dispatch("pagehide", { persisted: true });
            await settleDown(3);
            page.tab.dispatch("pageshow", { persisted: true });
          } else if (step.do === "flush") page.tab.run(() => void page.tracker.flush({ timeout: 1 }));
          else if (step.do === "online") {
            here.setOnline(step.is);
            if (step.is) for (const { tab } of pages) tab.dispatch("online");
          } else works = step.works;
          await new Promise(setImmediate);
        }

        // All is well again, for long enough.
        faults.length = 0;
        works = true;
        here.setOnline(true);
        for (const page of pages) {
          page.tab.dispatch("online");
          // A store that has failed is looked into with the next event.
          track(page, "last");
        }
        for (let round = 0; round < 60; round++) {
          await pass(5_000);
        }

        const arrived = new Map<number, number>();
        for (const event of site.events) {
          const { n } = event.metadata as { n: number };
          arrived.set(n, (arrived.get(n) ?? 0) + 1);
        }
        for (const bodies of site.kept.values()) expect([...bodies]).toHaveLength(1);
        for (const tracked of all) {
          const { n, name, stored, outcome, orphaned } = tracked;
          if (!orphaned) expect(outcome, `event ${n} has no outcome`).toBeDefined();
          const times = arrived.get(n) ?? 0;
          expect(times, `event ${n} arrived ${times} times`).toBeLessThanOrEqual(1);
          if (outcome?.status === "accepted" || outcome?.status === "duplicate") {
            // Nobody said that it was refused to a tab that had missed the word.
            if (name !== "not-allowed") expect(times).toBe(1);
          }
          if (outcome?.status === "rejected" && outcome.verdict.kind === "invalid_request") {
            expect(name).toBe("not-allowed");
          } else if (outcome?.status === "dropped") expect(outcome.reason).toBe("closed");
          else if (outcome) expect(["accepted", "duplicate"]).toContain(outcome.status);
          // What was stored is not lost with its tab.
          if (hasOutbox && stored && name !== "not-allowed") expect(times, `event ${n} is lost`).toBe(1);
        }
        expect(database.events.events.size).toBe(0);
        for (const { tab, tracker } of pages) await tab.run(() => tracker.close({ timeout: 0 }));
        await settleDown();
        here.remove();
      }),
      runs(60),
    );
  },
  SIMULATION_TIMEOUT,
);
