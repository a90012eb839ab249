import { expect, inject, test } from "vitest";
import { commands, server } from "vitest/browser";

/** Calls made as the page goes into the cache, and what became of them once it has returned. */
const LEAVE = `
  window.outbox = IntercomEvents.indexedDbOutbox();
  window.answers = [];
  addEventListener("pageshow", async ({ persisted }) => {
    if (!persisted) return;
    const inTime = new Promise((resolve) => setTimeout(resolve, 15_000, "never answered"));
    answers.push(outbox.counts().then(() => "done", ({ code }) => code));
    const ended = await Promise.race([Promise.all(answers), inTime]);
    window.answer = { ended, counted: await Promise.race([outbox.counts(), inTime]) };
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

// Playwright starts Chromium without the cache.
test.runIf(server.browser === "firefox").each([
  ["had its outbox open", "(async () => { await outbox.counts() })()"],
  ["had not used its outbox", "0"],
])(
  "a page that %s goes into the back/forward cache, and all it asked is answered when it returns",
  async (_what, open) => {
    const { ended, counted } = (await commands.leaveAndReturn(inject("script"), `${LEAVE}; ${open}`)) as {
      ended: string[];
      counted: { events: number };
    };
    expect(ended).toHaveLength(4);
    expect(ended[3]).toBe("done");
    for (const end of ended) expect(["done", "failed"]).toContain(end);
    const done = ended.slice(0, 2).filter((end) => end === "done");
    expect(counted.events).toBeGreaterThanOrEqual(done.length);
  },
);
