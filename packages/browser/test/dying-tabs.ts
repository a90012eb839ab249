import { setTimeout as sleep } from "node:timers/promises";
import { expect, vi } from "vitest";
import type { Site } from "./site.ts";

const TABS = 8;
const DEATHS = 5;

/** A browser whose tabs can be killed. */
export interface KillableTabs {
  open(url: string): Promise<void>;
  /** Kills one of the tabs, as a crash would; the oldest of them, which has the lock, if told so. */
  kill(which: "oldest" | "any"): Promise<void>;
}

/**
 * Eight tabs of one visitor track together, of one name in all tabs and of the tab's own, while the relay is slow
 * and fails now and then; five of them die meanwhile. In the end Intercom holds each event that was stored exactly once,
 * and no tab has lost any.
 */
export async function expectDyingTabsToLoseNothing(site: Site, tabs: KillableTabs): Promise<void> {
  const stored = new Set<number>();
  const lost: number[] = [];
  const present = new Set<number>();
  site.onReport = (report) => {
    present.add(report.tab);
    for (const n of report.stored) stored.add(n);
    lost.push(...report.lost);
    return present.size === TABS;
  };
  let requests = 0;
  site.disturb = async (_request, response) => {
    requests += 1;
    // Some tabs die while they wait for an answer.
    if (requests % 2 === 0) await sleep(500);
    if (requests % 5 !== 0) return false;
    response.writeHead(503).end();
    return true;
  };

  for (let tab = 0; tab < TABS; tab++) await tabs.open(`${site.url}/tabs?user=visitor&tab=${tab}`);
  await vi.waitFor(() => expect(stored.size).toBeGreaterThan(0), { timeout: 30_000 });
  for (let death = 0; death < DEATHS; death++) {
    await sleep(100 + Math.random() * 300);
    await tabs.kill(death === 0 ? "oldest" : "any");
  }

  await vi.waitFor(
    async () => {
      await site.flush();
      const arrived = site.emulator.events().map(({ metadata }) => Number(metadata?.n));
      expect([...stored].filter((n) => !arrived.includes(n))).toEqual([]);
      // The tabs that live have tracked all they had to.
      expect(stored.size).toBeGreaterThanOrEqual((TABS - DEATHS) * 21);
    },
    { timeout: 90_000, interval: 250 },
  );
  const arrived = site.emulator.events().map(({ metadata }) => Number(metadata?.n));
  expect(arrived.filter((n, index) => arrived.indexOf(n) !== index)).toEqual([]);
  expect(lost).toEqual([]);
  // Those that died had not.
  expect(stored.size).toBeLessThan(TABS * 21);
}
