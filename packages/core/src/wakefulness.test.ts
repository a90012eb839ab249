import { describe, expect, test } from "vitest";
import { fakeClock } from "../tests/fake-clock.ts";
import { passTime } from "../tests/pass-time.ts";
import { anotherEvent, EVENT, startClient, TOKEN, turn } from "../tests/start-client.ts";
import { memoryOutbox } from "./memory-outbox.ts";

/** A clock that counts what keeps the process alive. */
function countingClock() {
  let holds = 0;
  return {
    ...fakeClock(),
    keepAlive() {
      holds += 1;
      return () => {
        holds -= 1;
      };
    },
    holds: () => holds,
  };
}

describe("the process is kept alive", () => {
  test("by nothing that nobody waits for", async () => {
    const clock = countingClock();
    const { client } = startClient({ clock });
    client.track(anotherEvent());
    await turn();
    expect(clock.holds()).toBe(0);
  });

  test("by an event that somebody waits for, until it has ended", async () => {
    const clock = countingClock();
    const { client, intercom } = startClient({ clock });
    const receipts = [client.track(anotherEvent()), client.track(anotherEvent())];
    for (const receipt of receipts) void receipt.then();
    expect(clock.holds()).toBe(1);
    await turn();
    intercom.sent[0]?.reply(202);
    await turn();
    expect(clock.holds()).toBe(1);
    intercom.sent[1]?.reply(202);
    await turn();
    expect(clock.holds()).toBe(0);
    void receipts[0]?.then();
    expect(clock.holds()).toBe(0);
  });

  test("by somebody who waits for room, until it is there", async () => {
    const clock = countingClock();
    const { client, intercom } = startClient({ clock, queue: { maxEvents: 1, policy: "wait" } });
    client.track(anotherEvent());
    const { stored } = client.track(anotherEvent());
    expect(clock.holds()).toBe(1);
    await turn();
    expect(clock.holds()).toBe(1);
    intercom.sent[0]?.reply(202);
    expect(await stored).toBe(true);
    expect(clock.holds()).toBe(0);
  });

  test("not by an event that a listener has tracked, and answered", async () => {
    const clock = countingClock();
    const audit = startClient({ clock }).client;
    const { client } = startClient({ clock }, (request) => request.reply(202));
    client.on("outcome", () => audit.track(anotherEvent()));
    client.track(anotherEvent());
    await turn();
    expect([audit.stats().pending, clock.holds()]).toEqual([1, 0]);
  });

  test("not by what an equal event waits for", async () => {
    const clock = countingClock();
    const { client } = startClient({ clock, queue: { maxEvents: 1, policy: "wait" } });
    client.track(anotherEvent());
    for (let index = 0; index < 2; index += 1) client.track({ ...EVENT, createdAt: 1_700_000_000 });
    await turn();
    expect(clock.holds()).toBe(0);
  });

  test("by flush, close and a read that waits for its turn", async () => {
    const clock = countingClock();
    const { client, intercom } = startClient({ clock });
    for (let index = 0; index < 4; index += 1) client.track(anotherEvent());
    await turn();
    const read = client.summaries({ userId: "1" }).catch(() => undefined);
    expect(clock.holds()).toBe(1);
    const flushed = client.flush();
    expect(clock.holds()).toBe(2);
    for (const request of intercom.open()) request.reply(202);
    await flushed;
    clock.advance(10_000);
    await turn();
    expect(clock.holds()).toBe(0);
    intercom.open()[0]?.reply(200, "{}");
    await read;
    client.track(anotherEvent());
    const closed = client.close({ timeout: 50 });
    expect(clock.holds()).toBe(1);
    clock.advance(50);
    await closed;
    expect(clock.holds()).toBe(0);
  });

  test("not while a token is refused that stays the same", async () => {
    const clock = countingClock();
    const { client, intercom } = startClient({ clock });
    void client.track(anotherEvent()).then();
    await turn();
    intercom.sent[0]?.reply(401);
    await turn();
    expect(clock.holds()).toBe(0);
    client.resume();
    expect(clock.holds()).toBe(1);
  });

  test("not by a flush without a limit meanwhile, but by one that has its report by then", async () => {
    const clock = countingClock();
    const { client, intercom } = startClient({ clock });
    client.track(anotherEvent());
    await turn();
    intercom.sent[0]?.reply(401);
    await turn();
    const flushed = client.flush();
    expect(clock.holds()).toBe(0);
    const report = client.flush({ timeout: 50 });
    expect(clock.holds()).toBe(1);
    clock.advance(50);
    expect(await report).toEqual({ pending: 1 });
    expect(clock.holds()).toBe(0);
    client.resume();
    expect(clock.holds()).toBe(1);
    await turn();
    intercom.sent[1]?.reply(202);
    expect(await flushed).toEqual({ pending: 0 });
    expect(clock.holds()).toBe(0);
  });

  test("not once a client is closed that is resumed after that", async () => {
    const clock = countingClock();
    const { client } = startClient({ clock, outbox: memoryOutbox() }, (request) => request.reply(401));
    await turn();
    void client.track(anotherEvent()).then();
    await passTime(clock, 1);
    expect(client.stats().isPaused).toBe(true);
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 1, dropped: 0 });
    const heard: string[] = [];
    client.on("resumed", () => heard.push("resumed"));
    client.resume();
    await turn();
    expect([heard, clock.holds()]).toEqual([[], 0]);
  });

  test("not by an event that a closed client has left in its outbox", async () => {
    const clock = countingClock();
    const { client } = startClient({ clock, outbox: memoryOutbox() });
    await turn();
    void client.track(anotherEvent()).then();
    await passTime(clock, 1);
    expect(clock.holds()).toBe(1);
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 1, dropped: 0 });
    expect(clock.holds()).toBe(0);
  });

  test("while another token can be had", async () => {
    const clock = countingClock();
    let token = "old";
    const { client, intercom } = startClient({ clock, token: () => token });
    const receipt = client.track(anotherEvent());
    void receipt.then();
    await turn();
    intercom.sent[0]?.reply(401);
    await turn();
    expect(clock.holds()).toBe(1);
    token = TOKEN;
    await passTime(clock, 5000, 1000);
    intercom.open()[0]?.reply(202);
    expect((await receipt).status).toBe("accepted");
    expect(clock.holds()).toBe(0);
  });
});
