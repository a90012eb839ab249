import { afterEach, describe, expect, test, vi } from "vitest";
import { fakeClock } from "../../core/tests/fake-clock.ts";
import { faultsOfReply } from "../test/contract.ts";
import { promised } from "../test/promised.ts";
import { event, fail, request, start } from "../test/start-relay.ts";

afterEach(() => void vi.restoreAllMocks());

describe("who is asking", () => {
  test("identify sees headers, the token and the context, and nothing else of the body", async () => {
    const identify = vi.fn(async (asked: Request) => {
      await expect(asked.text()).rejects.toThrow();
      return { userId: "1" };
    });
    const { relay } = await start({ identify });
    await relay.fetch(request({ events: [event()], identity: "token" }), "context");
    await relay.fetch(request({ events: [event()] }));
    expect(identify.mock.calls.map(([, caller]: unknown[]) => caller)).toEqual([
      { identity: "token", context: "context" },
      { context: undefined },
    ]);
  });

  test.each([[null], [undefined]])("%s is nobody", async (nobody) => {
    const { relay, errors } = await start({ identify: () => nobody });
    expect((await relay.fetch(request({ events: [event()] }))).status).toBe(401);
    expect(errors).toEqual([]);
  });

  test.each([[{ email: "a@example.org" }], [{ id: "lead" }], [{ userId: "1", plan: "x" }]])(
    "%j is a contact",
    async (contact) => {
      const { relay, emulator, client } = await start({ identify: () => contact as { id: string } });
      expect((await relay.fetch(request({ events: [event()] }))).status).toBe(200);
      await client.flush();
      expect(emulator.requests()[0]?.body).not.toContain("plan");
    },
  );

  test.each([
    [{}],
    [{ userId: 1 }],
    [{ userId: "" }],
    [{ userId: "1", email: "a@b.c" }],
    [{ email: "frodo" }],
    ["1"],
    [true],
    [new Error("x")],
  ])("%j is none, which the program is told", async (answer) => {
    const { relay, errors, stored } = await start({ identify: () => answer as never });
    const reply = await relay.fetch(request({ events: [event()] }));
    expect(reply.status).toBe(503);
    expect(await faultsOfReply(reply)).toEqual([]);
    expect(errors).toEqual([{ error: expect.any(TypeError), task: "identify" }]);
    expect(await stored()).toEqual([]);
  });

  test.each([
    [{ userId: undefined }, "userId: undefined, email: undefined, id: undefined"],
    [{ userId: 314159 }, "userId: number, email: undefined, id: undefined"],
    [{ email: "frodo" }, "userId: undefined, email: string, id: undefined"],
    [{ userId: "1", id: "2" }, "userId: string, email: undefined, id: string"],
  ])("of %j the program is told what should be there, and what was", async (answer, got) => {
    const { relay, errors } = await start({ identify: () => answer as never });
    await relay.fetch(request({ events: [event()] }));
    const error = new TypeError(
      `"identify" must answer null for nobody or one of { userId }, { email } and { id }, a text that is not blank, with an "@" in an email, got ${got}`,
    );
    expect(errors).toEqual([{ error, task: "identify" }]);
  });

  test.each([
    ["throws", () => fail()],
    ["rejects", () => Promise.reject(new Error("a schema that fails"))],
  ])("when identify %s, the page learns nothing and the program does", async (_, identify) => {
    const { relay, errors } = await start({ identify });
    const reply = await relay.fetch(request({ events: [event()] }));
    expect(reply.status).toBe(503);
    expect(await faultsOfReply(reply)).toEqual([]);
    expect(await reply.text()).not.toContain("schema");
    expect(errors).toEqual([{ error: new Error("a schema that fails"), task: "identify" }]);
  });

  test("an identify that does not answer is given up, and what it says later changes nothing", async () => {
    const clock = fakeClock(Date.now());
    const late = promised<{ userId: string }>();
    const identify = vi.fn(() => late.promise);
    const { relay, errors, stored } = await start({ clock, identify });
    const replying = relay.fetch(request({ events: [event()] }));
    await vi.waitUntil(() => identify.mock.calls.length > 0, 20_000);
    clock.advance(4_999);
    expect(errors).toEqual([]);
    clock.advance(1);
    const reply = await replying;
    expect(reply.status).toBe(503);
    expect(reply.headers.get("retry-after")).toBe("10");
    expect(await faultsOfReply(reply)).toEqual([]);
    const error = new Error('"identify" has not answered within 5000 ms');
    expect(errors).toEqual([{ error, task: "identify" }]);
    late.resolve({ userId: "1" });
    expect(await stored()).toEqual([]);
    expect(clock.timers()).toBe(0);
  });

  test("an identify that answers in time leaves no timer behind", async () => {
    const clock = fakeClock(Date.now());
    const { relay } = await start({ clock, waitFor: "outcome" });
    expect((await relay.fetch(request({ events: [event()] }))).status).toBe(200);
    expect(clock.timers()).toBe(0);
  });

  test("a request of node:http, which is none of the web, is answered and told", async () => {
    const { relay, errors } = await start({});
    const reply = await relay.fetch({ method: "POST", headers: { host: "shop.example" } } as never);
    expect(reply.status).toBe(503);
    expect(errors).toEqual([
      {
        error: new TypeError("It is no request of the web; toNodeHandler makes one of those of node:http"),
        task: "request",
      },
    ]);
    for (const none of [undefined, null, {}]) expect((await relay.fetch(none as never)).status).toBe(503);
  });

  test("without onError, the first failure is one console.warn", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const { relay } = await start({ identify: fail, onError: undefined });
    for (let i = 0; i < 3; i += 1) await relay.fetch(request({ events: [event()] }));
    expect(warn).toHaveBeenCalledTimes(1);
  });

  test.each([
    ["throws", fail],
    ["rejects", async () => fail()],
  ])("an onError that %s changes nothing", async (_, onError) => {
    const { relay } = await start({ identify: fail, onError });
    expect((await relay.fetch(request({ events: [event()] }))).status).toBe(503);
  });
});
