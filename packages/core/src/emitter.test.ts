import { describe, expect, test } from "vitest";
import { anotherEvent, EVENT, startClient, turn } from "../tests/start-client.ts";
import type { Client } from "./index.ts";

function startAccepting() {
  return startClient({}, (request) => request.reply(202));
}

describe("on", () => {
  test.each([
    ["outcomes", '"outcomes"'],
    ["", '""'],
    ["__proto__", '"__proto__"'],
    ["toString", '"toString"'],
    [undefined, "undefined"],
    [5, "5"],
  ])("refuses the name %o", (name, found) => {
    const { client } = startClient();
    expect(() => client.on(name as never, () => undefined)).toThrow(
      new TypeError(
        `Cannot add a listener: "name" must be one of "outcome", "retry", "paused", "resumed", "warning", got ${found}`,
      ),
    );
  });

  test.each([
    [undefined, "undefined"],
    [null, "object"],
    ["log", "string"],
    [{ handleEvent: () => undefined }, "object"],
  ])("refuses the listener %o", (listener, found) => {
    const { client } = startClient();
    expect(() => client.on("outcome", listener as never)).toThrow(
      new TypeError(`Cannot add a listener: "listener" must be a function, got ${found}`),
    );
  });

  test.each(["outcome", "retry", "paused", "resumed", "warning"] as const)("takes %s", (name) => {
    expect(startClient().client.on(name, () => undefined)).toBeTypeOf("function");
  });

  test("calls listeners in the order they were added, the same one as often as it was added", async () => {
    const { client } = startAccepting();
    const calls: string[] = [];
    const twice = () => calls.push("twice");
    client.on("outcome", twice);
    client.on("outcome", () => calls.push("between"));
    client.on("outcome", twice);
    await client.track(EVENT);
    expect(calls).toEqual(["twice", "between", "twice"]);
  });

  test("answers how to remove that one listener, once or more", async () => {
    const { client } = startAccepting();
    const calls: string[] = [];
    const listener = () => calls.push("called");
    const removeFirst = client.on("outcome", listener);
    client.on("outcome", listener);
    removeFirst();
    removeFirst();
    await client.track(EVENT);
    expect(calls).toEqual(["called"]);
  });

  test("lets a listener remove itself and add others", async () => {
    const { client } = startAccepting();
    const calls: string[] = [];
    const remove = client.on("outcome", () => {
      calls.push("once");
      remove();
      client.on("outcome", () => calls.push("added"));
    });
    client.on("outcome", () => calls.push("always"));
    await client.track(EVENT);
    expect(calls).toEqual(["once", "always"]);
    await client.track(EVENT);
    expect(calls).toEqual(["once", "always", "always", "added"]);
  });

  test("gives each listener of a loss its event, and none for what is invalid", async () => {
    const { client } = startClient({ queue: { maxEvents: 1 } });
    const heard: unknown[] = [];
    client.on("outcome", (payload) => heard.push(payload));
    client.track(EVENT);
    client.track({ ...EVENT, eventName: "second" });
    await client.track(null as never);
    expect(heard).toEqual([
      {
        outcome: { status: "dropped", reason: "queue_full" },
        event: { user_id: "314159", event_name: "second", created_at: 1_700_000_000 },
      },
      { outcome: { status: "invalid", issues: [expect.objectContaining({ code: "not_an_object" })] } },
    ]);
    expect(heard[1]).not.toHaveProperty("event");
  });
});

describe("a listener that throws", () => {
  const throwers: [string, () => never][] = [
    [
      "an error",
      () => {
        throw new Error("broken");
      },
    ],
    [
      "nothing",
      () => {
        throw undefined;
      },
    ],
    [
      "what cannot be read",
      () => {
        throw new Proxy(new Error(), {
          get: () => {
            throw new Error("hostile");
          },
        });
      },
    ],
  ];

  test.each(throwers)("%s harms neither the event nor the other listeners", async (_, listener) => {
    const { client, warnings } = startAccepting();
    const heard: string[] = [];
    client.on("outcome", listener);
    client.on("outcome", ({ outcome }) => heard.push(outcome.status));
    client.on("warning", listener);
    const receipts = [
      client.track(EVENT),
      client.track({ ...EVENT, eventName: "Folded" }),
      client.track(null as never),
    ];
    expect((await Promise.all(receipts)).map(({ status }) => status)).toEqual([
      "accepted",
      "accepted",
      "invalid",
    ]);
    expect(heard).toHaveLength(3);
    expect(warnings).toHaveLength(2);
  });

  test("also later, as a promise, is told of and ends nothing", async () => {
    const { client, warnings } = startAccepting();
    client.on("outcome", async () => {
      throw new Error("broken");
    });
    expect(await client.track(EVENT)).toMatchObject({ status: "accepted" });
    await turn();
    expect(warnings).toEqual([
      'intercom-events: A listener of "outcome" threw: broken. Further ones like it are only counted and told to listeners.',
    ]);
  });

  test("is told of once", async () => {
    const { client, warnings } = startAccepting();
    const listener = () => {
      throw new Error("broken");
    };
    client.on("outcome", listener);
    await client.track(anotherEvent());
    await client.track(anotherEvent());
    expect(warnings).toEqual([
      'intercom-events: A listener of "outcome" threw: broken. Further ones like it are only counted and told to listeners.',
    ]);
  });
});

describe("a listener may use the client", () => {
  test("to track again, without end", async () => {
    const { client } = startAccepting();
    let left = 50;
    const again = (other: Client) => {
      if (left > 0) {
        left -= 1;
        other.track(left % 2 === 0 ? EVENT : (null as never));
      }
    };
    client.on("outcome", () => again(client));
    client.track(EVENT);
    while (left > 0) await turn();
    await client.flush();
    expect(client.stats()).toMatchObject({ tracked: 51, accepted: 26, invalid: 25, pending: 0 });
  });

  test("to close", async () => {
    const { client } = startClient({ concurrency: 1 }, (request) => request.reply(202));
    const closed: Promise<unknown>[] = [];
    client.on("outcome", () => closed.push(client.close()));
    const outcomes = await Promise.all([client.track(EVENT), client.track(EVENT), client.track(EVENT)]);
    expect(outcomes.map(({ status }) => status)).toEqual(["accepted", "accepted", "accepted"]);
    expect(await Promise.all(closed)).toEqual(Array(3).fill({ pending: 0, dropped: 0 }));
  });
});
