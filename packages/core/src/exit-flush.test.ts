import { describe, expect, test } from "vitest";
import { passTime } from "../tests/pass-time.ts";
import { anotherEvent, startClient, turn } from "../tests/start-client.ts";
import { createExitFlush } from "./exit-flush.ts";
import type { CoreClientOptions } from "./index.ts";
import { memoryOutbox } from "./memory-outbox.ts";

/** A program that may have nothing to do, or end, and its clock. */
function startProgram(options: Partial<CoreClientOptions> = {}) {
  const listeners = new Set<{ onIdle: () => boolean; onEnd: () => void }>();
  const started = startClient({ retry: {}, ...options });
  const add = createExitFlush(
    (onIdle, onEnd) => {
      const both = { onIdle, onEnd };
      listeners.add(both);
      return () => listeners.delete(both);
    },
    () => started.clock.now(),
  );
  const warnings: string[] = [];
  const exiting = {
    client: started.client,
    timeout: 10_000,
    hasOutbox: false,
    warn: (text: string) => warnings.push(text),
  };
  /** What the program has to do, once it has nothing else. */
  const idle = (): boolean => [...listeners].some(({ onIdle }) => onIdle());
  /** The program ends, whatever there is to do. */
  function end(): void {
    for (const { onEnd } of listeners) onEnd();
  }
  return { ...started, add, end, exiting, idle, listeners, warnings };
}

describe("a program with nothing else to do", () => {
  test("ends if nothing is pending", () => {
    const { add, exiting, idle } = startProgram();
    add(exiting);
    expect(idle()).toBe(false);
  });

  test("waits for what is pending, and again for what comes later", async () => {
    const { add, client, exiting, idle, intercom, warnings } = startProgram();
    add(exiting);
    for (let round = 0; round < 2; round += 1) {
      client.track(anotherEvent());
      expect([idle(), idle()]).toEqual([true, false]); // It is being flushed.
      await turn();
      intercom.open()[0]?.reply(202);
      await turn();
      expect([idle(), client.stats().pending]).toEqual([false, 0]);
    }
    expect(warnings).toEqual([]);
  });

  test.each([
    ["takes them then", 1, 0],
    ["does not take them then either", 2, 1],
  ])("has its outbox told once more of ends that it has refused, which %s", async (_, failures, left) => {
    const inner = memoryOutbox();
    let calls = 0;
    const { add, client, clock, exiting, idle, warnings } = startProgram({
      transport: async () => ({ status: 202, headers: new Headers(), text: async () => "" }),
      outbox: {
        ...inner,
        async settle(endings, now) {
          calls += 1;
          if (calls <= failures) throw new Error("busy");
          return inner.settle(endings, now);
        },
      },
    });
    add(exiting);
    await turn();
    client.track(anotherEvent());
    await passTime(clock, 100, 10);
    expect(client.stats()).toMatchObject({ pending: 0, unsettled: 1 });
    expect([idle(), idle()]).toEqual([true, false]);
    await turn();
    expect([calls, (await inner.counts()).events]).toEqual([2, left]);
    expect([idle(), warnings]).toEqual([false, []]); // It does not go on for ever.
    client.track(anotherEvent());
    expect([idle(), idle()]).toEqual([true, false]); // What comes later is waited for all the same.
    await passTime(clock, 100, 10);
    expect([client.stats().pending, idle(), warnings]).toEqual([0, false, []]);
  });

  test("waits no longer for a client that is closed, whose outbox keeps what is left", async () => {
    let remove = (): void => undefined;
    const { add, client, clock, exiting, idle, warnings } = startProgram({
      outbox: memoryOutbox(),
      release: () => remove(),
    });
    remove = add(exiting);
    await turn();
    client.track(anotherEvent());
    await passTime(clock, 1);
    expect(idle()).toBe(true);
    await turn();
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 1, dropped: 0 });
    await turn();
    expect([idle(), clock.timers(), warnings.length]).toEqual([false, 0, 0]);
  });

  test("waits for what listeners track meanwhile", async () => {
    const { add, client, exiting, idle, intercom, warnings } = startProgram();
    add(exiting);
    let left = 3;
    client.on("outcome", () => {
      left -= 1;
      if (left > 0) client.track(anotherEvent());
    });
    client.track(anotherEvent());
    idle();
    for (let index = 0; index < 3; index += 1) {
      await turn();
      intercom.open()[0]?.reply(202);
    }
    await turn();
    expect(client.stats()).toMatchObject({ accepted: 3, pending: 0 });
    expect([idle(), warnings]).toEqual([false, []]);
  });

  test.each([
    [1, "an event that has"],
    [2, "2 events that have"],
  ])("waits no longer than it may, once, and says what is left: %i", async (count, left) => {
    const { add, client, clock, exiting, idle, intercom, warnings } = startProgram();
    add(exiting);
    for (let index = 0; index < count; index += 1) client.track(anotherEvent());
    expect(idle()).toBe(true);
    await passTime(clock, 9_999, 3_333);
    expect(warnings).toEqual([]);
    await passTime(clock, 1);
    expect(warnings).toEqual([
      `intercom-events: The program ends with ${left} no outcome: on("retry") says why, close() waits longer.`,
    ]);
    expect(idle()).toBe(false);
    for (const request of intercom.open()) request.reply(202);
  });

  test.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("no log");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no log"))],
  ])("ends as it would, though whoever is to be told of what is left %s", async (_, fail) => {
    const { add, client, clock, exiting, idle } = startProgram();
    let calls = 0;
    const warn = () => {
      calls += 1;
      return fail();
    };
    add({ ...exiting, warn });
    client.track(anotherEvent());
    idle();
    await passTime(clock, 10_000); // A rejection that nobody handles fails this test.
    expect([calls, idle()]).toEqual([1, false]);
  });

  test("waits a second while the token is refused", async () => {
    const { add, client, clock, exiting, idle, intercom, warnings } = startProgram();
    add(exiting);
    client.track(anotherEvent());
    await turn();
    intercom.sent[0]?.reply(401);
    await turn();
    idle();
    await passTime(clock, 1000);
    expect(warnings).toEqual([
      "intercom-events: The program ends with an event that has no outcome: the access token is refused.",
    ]);
  });

  test("is listened to once for all clients, until the last is removed", () => {
    const { add, exiting, listeners } = startProgram();
    const removals = [add(exiting), add({ ...exiting })];
    expect(listeners.size).toBe(1);
    removals[0]?.();
    removals[0]?.();
    expect(listeners.size).toBe(1);
    removals[1]?.();
    expect(listeners.size).toBe(0);
    add(exiting)();
    expect(listeners.size).toBe(0);
  });
});

describe("a program that ends at once", () => {
  test.each([
    ["before it waited", false],
    ["while it waits", true],
  ])("says what is left, %s", (_, isWaiting) => {
    const { add, client, end, exiting, idle, warnings } = startProgram();
    add(exiting);
    for (let index = 0; index < 2; index += 1) client.track(anotherEvent());
    if (isWaiting) idle();
    end();
    expect(warnings).toEqual([
      "intercom-events: The program ends with 2 events that have no outcome: await close() first.",
    ]);
  });

  test("says it once, if it has waited in vain", async () => {
    const { add, client, clock, end, exiting, idle, warnings } = startProgram();
    add(exiting);
    client.track(anotherEvent());
    idle();
    await passTime(clock, 10_000);
    end();
    expect(warnings).toHaveLength(1);
  });

  test("says nothing where an outbox keeps what is left", () => {
    const { add, client, end, exiting, warnings } = startProgram();
    add({ ...exiting, hasOutbox: true });
    client.track(anotherEvent());
    end();
    expect(warnings).toEqual([]);
  });

  test("says nothing if nothing is left, or the client is no longer its own", async () => {
    const { add, client, end, exiting, intercom, warnings } = startProgram();
    const remove = add(exiting);
    client.track(anotherEvent());
    await turn();
    intercom.open()[0]?.reply(202);
    await turn();
    end();
    client.track(anotherEvent());
    remove();
    end();
    expect(warnings).toEqual([]);
  });
});
