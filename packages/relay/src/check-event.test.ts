import { object, pipe, string, transform, url } from "valibot";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { fakeClock } from "../../core/tests/fake-clock.ts";
import { faultsOfReply } from "../test/contract.ts";
import { promised } from "../test/promised.ts";
import { event, fail, request, resultsOf, seconds, start } from "../test/start-relay.ts";
import type { RelayOptions } from "./index.ts";

const ACCEPTED = { status: "accepted" };
const rejected = (code: string) => ({ status: "rejected", code });

describe("which events", () => {
  test("names are compared as Intercom does, and sent as listed", async () => {
    const { relay, stored } = await start({ events: ["Placed-order", "viewed.pricing"] });
    const names = ["placed.ORDER", "VIEWED-PRICING", "viewed$pricing ", "placed_order"];
    const results = await resultsOf(await relay.fetch(request({ events: names.map((name) => event(name)) })));
    expect(results).toEqual([ACCEPTED, ACCEPTED, rejected("name_not_allowed"), rejected("name_not_allowed")]);
    expect((await stored()).map(({ event_name }) => event_name)).toEqual(["Placed-order", "viewed.pricing"]);
  });

  test.each(["constructor", "__proto__", "toString"])(
    "%s is not listed because objects have it",
    async (name) => {
      const { relay } = await start({ events: { "placed-order": true } });
      expect(await resultsOf(await relay.fetch(request({ events: [event(name)] })))).toEqual([
        rejected("name_not_allowed"),
      ]);
    },
  );

  test.each([
    ["Zod", z.object({ plan: z.enum(["free", "pro"]), seats: z.number().int().optional() })],
    ["Zod, asynchronous", z.object({ plan: z.string().refine(async (plan) => plan !== "odd") })],
    [
      "Valibot",
      object({
        plan: pipe(
          string(),
          transform((plan) => (plan === "odd" ? fail() : plan)),
        ),
      }),
    ],
  ])("a schema of %s checks metadata, and what it makes of it is sent", async (name, schema) => {
    const { relay, stored, errors } = await start({ events: { "chose-plan": schema } });
    const plans = [{ plan: "pro", secret: "x" }, { plan: 7 }, { plan: "odd" }, undefined];
    const events = plans.map((metadata, index) =>
      event("chose-plan", { created_at: seconds() - index, metadata }),
    );
    const results = await resultsOf(await relay.fetch(request({ events })));
    const no = rejected("metadata_not_allowed");
    const odd = name === "Valibot" ? { status: "retry" } : no;
    expect(results).toEqual([ACCEPTED, no, odd, no]);
    expect(errors).toHaveLength(name === "Valibot" ? 1 : 0);
    expect((await stored()).map(({ metadata }) => metadata)).toEqual([{ plan: "pro" }]);
  });

  test("a schema that does not answer has its event come again, and keeps no other waiting for ever", async () => {
    const clock = fakeClock(Date.now());
    const late = promised<{ value: object }>();
    const slow = { "~standard": { version: 1, vendor: "test", validate: () => late.promise } } as const;
    const { relay, errors, stored } = await start({
      clock,
      schemaTimeout: 300,
      events: { slow, quick: true },
    });
    const replying = relay.fetch(request({ events: [event("slow"), event("quick")] }));
    await vi.waitUntil(() => {
      clock.advance(100);
      return errors.length > 0;
    }, 20_000);
    const reply = await replying;
    expect(await faultsOfReply(reply, 2)).toEqual([]);
    expect(await resultsOf(reply)).toEqual([{ status: "retry" }, ACCEPTED]);
    const error = new Error('The schema of "slow" has not answered within 300 ms');
    expect(errors).toEqual([{ error, task: "events" }]);
    late.resolve({ value: {} });
    expect((await stored()).map(({ event_name }) => event_name)).toEqual(["quick"]);
  });

  test("a schema that answers nothing of metadata has its event come again", async () => {
    const nothing = {
      "~standard": { version: 1, vendor: "test", validate: () => ({ value: undefined }) },
    } as const;
    const { relay, errors, stored } = await start({ events: { nothing } });
    const events = [
      event("nothing", { metadata: { plan: "pro" } }),
      event("nothing", { created_at: seconds() - 1 }),
    ];
    expect(await resultsOf(await relay.fetch(request({ events })))).toEqual([{ status: "retry" }, ACCEPTED]);
    const error = new TypeError('The schema of "nothing" must answer metadata, got nothing');
    expect(errors).toEqual([{ error, task: "events" }]);
    expect(await stored()).toHaveLength(1);
  });

  test("a schema sees no event without metadata as wrong that needs none", async () => {
    const schema = z.object({ code: z.string().optional() });
    const { relay, emulator, stored } = await start({ events: { invited: schema } });
    expect(await resultsOf(await relay.fetch(request({ events: [event("invited")] })))).toEqual([ACCEPTED]);
    expect((await stored())[0]?.metadata ?? {}).toEqual({});
    expect(emulator.requests()[0]?.body).not.toContain("metadata");
  });

  test("a schema may be a function, as those of ArkType are", async () => {
    const validate = (value: unknown) => ({ value });
    const schema = Object.assign(() => undefined, {
      "~standard": { version: 1, vendor: "arktype", validate },
    } as const);
    const { relay } = await start({ events: { invited: schema } });
    expect(await resultsOf(await relay.fetch(request({ events: [event("invited")] })))).toEqual([ACCEPTED]);
  });

  test("what a schema fills in is sent, also where there was no metadata", async () => {
    const schema = z.object({ plan: z.string().default("free") });
    const { relay, stored } = await start({ events: { invited: schema } });
    expect(await resultsOf(await relay.fetch(request({ events: [event("invited")] })))).toEqual([ACCEPTED]);
    expect((await stored())[0]?.metadata).toEqual({ plan: "free" });
  });

  test("an event whose schema makes no metadata of its metadata is refused", async () => {
    const schema = z.object({ plan: z.string() }).transform(() => 7);
    const { relay, stored } = await start({ events: { invited: schema } });
    const events = [event("invited", { metadata: { plan: "pro" } })];
    expect(await resultsOf(await relay.fetch(request({ events })))).toEqual([rejected("invalid_event")]);
    expect(await stored()).toEqual([]);
  });

  test("a schema may make a value of its own", async () => {
    const link = object({
      page: pipe(
        string(),
        url(),
        transform((text) => new URL(text)),
      ),
    });
    const { relay, stored } = await start({ events: { opened: link } });
    const events = [event("opened", { metadata: { page: "https://example.org/a" } })];
    expect(await resultsOf(await relay.fetch(request({ events })))).toEqual([ACCEPTED]);
    expect((await stored())[0]?.metadata).toEqual({ page: "https://example.org/a" });
  });

  test("a schema never sees what Intercom could not show, nor a prototype", async () => {
    const validate = vi.fn((value: unknown) => ({ value }));
    const { relay } = await start({
      events: { a: { "~standard": { version: 1, vendor: "test", validate } } },
    });
    const odd = [
      '{"b":{"c":{"d":1}}}',
      '{"b":[1]}',
      '{"b":null}',
      "[]",
      '"x"',
      '{"__proto__":"x"}',
      '{"b.c":1}',
    ];
    const events = odd.map(
      (metadata) => `{"event_name":"a","created_at":${seconds()},"metadata":${metadata}}`,
    );
    const results = await resultsOf(await relay.fetch(request(`{"events":[${events}]}`)));
    for (const { status } of results) expect(status).toBe("rejected");
    expect(validate).not.toHaveBeenCalled();
  });

  test("times are bounded", async () => {
    const clock = fakeClock();
    const { relay } = await start({ clock, maxAge: 60_000, maxAhead: 5_000 });
    const now = Math.floor(clock.now() / 1000);
    const times = [now, now - 59, now - 61, now + 5, now + 7];
    const events = times.map((created_at, index) => ({ event_name: `a${index}`, created_at }));
    const no = rejected("time_not_allowed");
    expect(await resultsOf(await relay.fetch(request({ events })))).toEqual([
      ACCEPTED,
      ACCEPTED,
      no,
      ACCEPTED,
      no,
    ]);
  });

  test("times are bounded to the millisecond", async () => {
    const clock = fakeClock(); // It is 987 ms after a second.
    const now = Math.floor(clock.now() / 1000);
    const ask = async (created_at: number, maxAge: number, maxAhead: number) => {
      const { relay } = await start({ clock, maxAge, maxAhead });
      return resultsOf(await relay.fetch(request({ events: [{ event_name: "a", created_at }] })));
    };
    const no = rejected("time_not_allowed");
    expect(await ask(now - 60, 60_987, 0)).toEqual([ACCEPTED]);
    expect(await ask(now - 60, 60_986, 0)).toEqual([no]);
    expect(await ask(now + 5, 0, 4013)).toEqual([ACCEPTED]);
    expect(await ask(now + 5, 0, 4012)).toEqual([no]);
  });

  describe("of a page whose clock is wrong", () => {
    const DAY = 86_400;

    /** What is answered and stored of an event that a page tracked some seconds ago, by its clock. */
    async function ask(ahead: number, age: number, options: Partial<RelayOptions> = {}, fields: object = {}) {
      const clock = fakeClock();
      const now = Math.floor(clock.now() / 1000);
      const { relay, stored } = await start({ clock, ...options });
      const sent_at = now + ahead;
      const events = [event("a", { created_at: sent_at - age, ...fields })];
      const results = await resultsOf(await relay.fetch(request({ events, sent_at })));
      return { results, late: (await stored()).map(({ created_at }) => now - age - created_at) };
    }

    test.each([
      ["a day ahead", DAY + 1],
      ["two hours ahead", 7199],
      ["at the year 2000", 946_684_800 - 1_700_000_000],
      ["a month behind", -30 * DAY - 1],
    ])("%s, times are corrected to five minutes, and never into the future", async (_, ahead) => {
      const { results, late } = await ask(ahead, 7);
      expect(results).toEqual([ACCEPTED]);
      expect(late).toHaveLength(1);
      expect(late[0]).toBeGreaterThanOrEqual(0);
      expect(late[0]).toBeLessThan(300);
    });

    test.each([
      ["by less than an hour, times are as the page has fixed them", 3400, 0, [ACCEPTED], [-3400]],
      ["by less than an hour the other way, too", -3400, 0, [ACCEPTED], [3400]],
      ["not at all, an event that is too old stays so", 0, 8 * DAY, [rejected("time_not_allowed")], []],
      ["by a day, an event that is too old stays so", DAY, 8 * DAY, [rejected("time_not_allowed")], []],
    ])("%s", async (_, ahead, age, results, late) => {
      expect(await ask(ahead, age)).toEqual({ results, late });
    });

    test.each([DAY, -DAY, 2 * 3600])(
      "off by %d s, times stay that the page has corrected itself",
      async (ahead) => {
        const fields = { clock_offset: -ahead };
        expect(await ask(ahead, ahead + 7, {}, fields)).toEqual({ results: [ACCEPTED], late: [-ahead] });
      },
    );

    test.each([0, 59, -299])("of %d s, nothing is corrected where none may lie ahead", async (ahead) => {
      expect((await ask(ahead, 300, { maxAhead: 0 })).late).toEqual([0 - ahead]);
    });

    test.each([
      ["two hours", 7200],
      ["to the year 2000", 1_700_000_000 - 946_684_800],
    ])("as it was put back %s since, an event keeps the time it was tracked at", async (_, back) => {
      const clock = fakeClock();
      const { relay, stored } = await start({ clock });
      const now = Math.floor(clock.now() / 1000);
      const body = { events: [event("a", { created_at: now - 7 })], sent_at: now - back };
      expect(await resultsOf(await relay.fetch(request(body)))).toEqual([ACCEPTED]);
      expect(await stored()).toMatchObject([{ created_at: now - 7 }]);
    });

    test.each(["60", 0.5, null, 1e12, -1e12, [60]])("an offset that is none: %j", async (clock_offset) => {
      const { results } = await ask(0, 0, {}, { clock_offset });
      expect(results).toEqual([rejected("invalid_event")]);
    });

    test("no time is too far ahead when it is corrected", async () => {
      for (const ahead of [DAY, DAY + 149, DAY + 151, DAY + 299]) {
        expect((await ask(ahead, 0, { maxAhead: 1_000 })).results).toEqual([ACCEPTED]);
      }
    });

    test.each([
      ["a day", DAY],
      ["a day and a second", DAY + 1],
      ["two hours less a second", 7199],
      ["an hour and a second", 3601],
      ["an hour", 3600],
      ["an hour the other way", -3600],
    ])("by %s, what comes again later is stored once", async (_, ahead) => {
      const clock = fakeClock();
      const { relay, stored } = await start({ clock });
      const created_at = Math.floor(clock.now() / 1000) + ahead;
      for (const passed of [1, 5, 60, 600, 3_600, DAY]) {
        clock.advance(passed * 1000);
        const sent_at = Math.floor(clock.now() / 1000) + ahead - (passed % 3);
        const body = {
          events: [event("a", { created_at }), event("b", { created_at: created_at + 1 })],
          sent_at,
        };
        for (const { status } of await resultsOf(await relay.fetch(request(body)))) {
          expect(["accepted", "duplicate"]).toContain(status);
        }
      }
      expect(await stored()).toHaveLength(2);
    });

    test("a body that takes its time changes nothing", async () => {
      const clock = fakeClock();
      const { relay, stored } = await start({ clock });
      const now = Math.floor(clock.now() / 1000);
      const sent_at = now + DAY + 151; // So near to a step that nine seconds more would be another.
      const body = JSON.stringify({ events: [event("a", { created_at: sent_at })], sent_at });
      const stream = new ReadableStream(
        {
          pull(controller) {
            clock.advance(9_000);
            controller.enqueue(new TextEncoder().encode(body));
            controller.close();
          },
        },
        { highWaterMark: 0 },
      );
      await relay.fetch(request("", {}, { body: stream, duplex: "half" } as RequestInit));
      expect(await stored()).toMatchObject([{ created_at: now - 299 }]);
    });
  });

  test("what is as long, as early or as late as the contract allows is taken", async () => {
    const { relay } = await start({ maxAge: 1e15, maxAhead: 1e15 });
    const events = [
      event("x".repeat(255)),
      event("x".repeat(256)),
      event("a", { created_at: 0 }),
      event("a", { created_at: -1 }),
      event("a", { created_at: 99_999_999_999 }),
      event("a", { created_at: 100_000_000_000 }),
    ];
    const no = rejected("invalid_event");
    const reply = await relay.fetch(request({ events, identity: "x".repeat(8192) }));
    expect(await resultsOf(reply)).toEqual([ACCEPTED, no, ACCEPTED, no, ACCEPTED, no]);
  });

  test("keys are bounded", async () => {
    const { relay } = await start({ maxMetadataKeys: 2 });
    const events = [event("a", { metadata: { a: 1, b: 2 } }), event("b", { metadata: { a: 1, b: 2, c: 3 } })];
    expect(await resultsOf(await relay.fetch(request({ events })))).toEqual([
      ACCEPTED,
      rejected("metadata_not_allowed"),
    ]);
  });
});
