import { expect, inject, test } from "vitest";
import { commands, server } from "vitest/browser";

/** Calls made as the page goes into the cache, and what became of them. */
const LEAVE = `
  window.outbox = IntercomEvents.indexedDbOutbox();
  window.answers = [];
  addEventListener("pageshow", ({ persisted }) => {
    window.isFromCache = persisted;
    if (persisted) answers.push(outbox.counts().then(() => "done", ({ code }) => code));
  });
  addEventListener("pagehide", () => {
    const record = { id: "1", body: "{}", trackedAt: 0, attempts: 0, failures: 0, dueAt: 0 };
    const draft = { name: "a", second: 1, finish: () => ({ ...record, id: "2" }) };
    for (const call of [
      outbox.append([record]),
      outbox.appendApart([draft]),
      outbox.lease({ limit: 1, now: 1, until: 2 }),
    ]) answers.push(call.then(() => "done", ({ code }) => code));
  });
`;

const RETURN = `(async () => {
  const inTime = new Promise((resolve) => setTimeout(resolve, 15_000, ["never answered"]));
  const answers = await Promise.race([Promise.all(window.answers), inTime]);
  const counted = await Promise.race([outbox.counts(), inTime]);
  return { isFromCache, answers, counted };
})()`;

// Playwright starts Chromium without the cache.
test.runIf(server.browser === "firefox").each([
  ["had its outbox open", "(async () => { await outbox.counts() })()"],
  ["had not used its outbox", "0"],
])(
  "a page that %s goes into the back/forward cache, and all it asked is answered when it returns",
  async (_what, open) => {
    const { isFromCache, answers, counted } = (await commands.leaveAndReturn(
      inject("script"),
      `${LEAVE}; ${open}`,
      RETURN,
    )) as { isFromCache: boolean; answers: string[]; counted: { events: number } };
    expect(isFromCache).toBe(true);
    expect(answers).toHaveLength(4);
    expect(answers[3]).toBe("done");
    for (const answer of answers) expect(["done", "failed"]).toContain(answer);
    const done = answers.slice(0, 2).filter((answer) => answer === "done");
    expect(counted.events).toBeGreaterThanOrEqual(done.length);
  },
);
