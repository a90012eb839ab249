import { describe, expect, test } from "vitest";
import { passTime } from "../tests/pass-time.ts";
import { anotherEvent, EVENT, startClient } from "../tests/start-client.ts";

const HOUR = 3_600_000;

describe("a clock that is put back by an hour", () => {
  test("does not put off the next attempt", async () => {
    const { client, clock, intercom } = startClient({ retry: {} }, (request) =>
      request.reply(intercom.sent.length === 1 ? 500 : 202),
    );
    const receipt = client.track(EVENT);
    await passTime(clock, 200, 100);
    clock.set(clock.now() - HOUR);
    await passTime(clock, 3000, 100);
    expect(client.stats()).toMatchObject({ accepted: 1, pending: 0 });
    expect(await receipt).toEqual({ status: "accepted", attempts: 2 });
  });

  test("does not bring the next attempt forward", async () => {
    const { client, clock, intercom } = startClient({ retry: {} });
    const receipt = client.track(EVENT);
    await passTime(clock, 100);
    clock.set(clock.now() - HOUR);
    intercom.sent[0]?.reply(500);
    await passTime(clock, 499);
    expect(intercom.sent).toHaveLength(1);
    await passTime(clock, 1);
    intercom.sent[1]?.reply(202);
    expect(await receipt).toEqual({ status: "accepted", attempts: 2 });
  });

  test("does not put off the next window of the allowance", async () => {
    const limit = 10;
    let ahead = 0;
    const counts = new Map<number, number>();
    const { client, clock } = startClient({ retry: {} }, (request) => {
      const now = clock.now() - ahead;
      const window = Math.floor(now / 10_000);
      const used = counts.get(window) ?? 0;
      counts.set(window, used + 1);
      request.reply(used < limit ? 202 : 429, "", {
        date: new Date(now).toUTCString(),
        "x-ratelimit-limit": String(limit),
        "x-ratelimit-remaining": String(Math.max(0, limit - used - 1)),
        "x-ratelimit-reset": String((window + 1) * 10),
      });
    });
    for (let n = 0; n < 3 * limit; n += 1) client.track(anotherEvent());
    await passTime(clock, 10_000, 100);
    clock.set(clock.now() - HOUR);
    ahead = -HOUR;
    await passTime(clock, 30_000, 100);
    expect(client.stats()).toMatchObject({ accepted: 3 * limit, pending: 0 });
    expect(Math.max(...counts.values())).toBe(limit);
    const { resetAt } = client.stats().rate;
    expect(resetAt - clock.now()).toBeGreaterThan(0);
    expect(resetAt - clock.now()).toBeLessThanOrEqual(11_000);
  });

  test("leaves events of one second their own ones", async () => {
    const { client, clock, intercom } = startClient({}, (request) => request.reply(202));
    const before = clock.now();
    for (const now of [before, before + HOUR, before]) {
      clock.set(now);
      for (let index = 0; index < 3; index += 1) client.track({ ...EVENT, metadata: { index, now } });
    }
    await client.flush();
    const seconds = intercom.sent.map(({ body }) => JSON.parse(body ?? "").created_at);
    expect(new Set(seconds).size).toBe(9);
  });

  test("ends no event for its age", async () => {
    const { client, clock, intercom } = startClient({ retry: { maxAge: HOUR / 2 } }, (request) =>
      request.reply(intercom.sent.length < 3 ? 503 : 202),
    );
    const before = client.track(EVENT);
    await passTime(clock, 100, 100);
    clock.set(clock.now() - HOUR);
    await passTime(clock, 10_000, 100);
    const after = client.track(anotherEvent());
    await passTime(clock, 10_000, 100);
    expect(client.stats()).toMatchObject({ accepted: 2, pending: 0 }); // Receipts of events that wait would never settle.
    expect(await Promise.all([before, after])).toMatchObject([
      { status: "accepted" },
      { status: "accepted" },
    ]);
  });
});
