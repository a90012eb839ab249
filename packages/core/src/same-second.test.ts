import { describe, expect, test } from "vitest";
import { faultyOutbox } from "../tests/faulty-outbox.ts";
import { passTime } from "../tests/pass-time.ts";
import type { SentRequest } from "../tests/scripted-transport.ts";
import { EVENT, startClient, turn, unaccounted } from "../tests/start-client.ts";
import type { TrackedEvent } from "./event.ts";
import { createMemoryStore, memoryOutbox } from "./memory-outbox.ts";
import { OutboxError } from "./outbox.ts";

const NOW = 1_700_000_000;
const AT = { ...EVENT, createdAt: NOW - 100 } as const;
const CONTACTS = [{ userId: "314159" }, { email: "frodo@example.com" }, { id: "63a0979a5eeebeaf28dd56ba" }];

function secondsOf(sent: readonly { body?: string }[]): number[] {
  return sent.map(({ body }) => JSON.parse(body ?? "").created_at);
}

describe("events of one contact and name that are tracked in the same second", () => {
  test.each(CONTACTS)("get seconds of their own: %o", async (contact) => {
    const { client, intercom } = startClient({}, (request) => request.reply(202));
    const heard: unknown[] = [];
    client.on("warning", ({ warnings }) => heard.push(...warnings));
    for (let index = 0; index < 4; index += 1) {
      client.track({ ...(contact as { userId: string }), eventName: "logged-in", metadata: { index } });
    }
    await client.flush();
    expect(secondsOf(intercom.sent)).toEqual([NOW, NOW + 1, NOW + 2, NOW + 3]);
    expect(heard).toMatchObject(
      [1, 2, 3].map((moved) => ({
        path: "createdAt",
        code: "second_moved",
        message: expect.stringContaining(`moved by ${moved} s`),
      })),
    );
  });

  test("within a minute; beyond it an equal one is a duplicate, and both that and a different one have a warning", async () => {
    const { client } = startClient({}, (request) => request.reply(202));
    const codes: string[] = [];
    client.on("warning", ({ warnings }) => codes.push(...warnings.map(({ code }) => code)));
    const receipts = Array.from({ length: 62 }, () => client.track(EVENT));
    client.track({ ...EVENT, metadata: { plan: "pro" } });
    await client.flush();
    expect(client.stats()).toMatchObject({ accepted: 62, duplicate: 1 });
    expect((await receipts[61])?.status).toBe("duplicate");
    expect(codes).toEqual([...Array(60).fill("second_moved"), "second_taken", "second_taken"]);
  });

  test("also when the clock was put back by as much as the last one was moved ahead", async () => {
    const { client, clock, intercom } = startClient({}, (request) => request.reply(202));
    for (let index = 0; index < 3; index += 1) client.track({ ...EVENT, metadata: { index } });
    await client.flush();
    clock.set(clock.now() - 58_000);
    for (let index = 3; index < 6; index += 1) client.track({ ...EVENT, metadata: { index } });
    await client.flush();
    const ahead = secondsOf(intercom.sent).map((second) => second - NOW);
    expect(ahead).toEqual([0, 1, 2, -58, -57, -56]);
  });

  test("names are compared as Intercom folds them, e-mail addresses without case", async () => {
    const { client, intercom } = startClient({}, (request) => request.reply(202));
    client.track({ email: "Frodo@example.com", eventName: "Placed.Order" });
    client.track({ email: "frodo@example.com", eventName: "placed-order" });
    client.track({ email: "sam@example.com", eventName: "placed-order" });
    client.track({ userId: "frodo@example.com", eventName: "placed-order" });
    await client.flush();
    expect(secondsOf(intercom.sent)).toEqual([NOW, NOW + 1, NOW, NOW]);
  });
});

describe("events whose time the caller gave", () => {
  test("are sent once if they are equal, and end as the first one does", async () => {
    const { client, intercom } = startClient();
    const receipts = [client.track(AT), client.track(AT), client.track(AT)];
    expect(await Promise.all(receipts.map(({ stored }) => stored))).toEqual([true, true, true]);
    await turn();
    expect(intercom.sent).toHaveLength(1);
    expect(client.stats()).toMatchObject({ pending: 3 });
    intercom.sent[0]?.reply(202);
    expect((await Promise.all(receipts)).map(({ status }) => status)).toEqual([
      "accepted",
      "duplicate",
      "duplicate",
    ]);
    expect(await client.track(AT)).toEqual({ status: "duplicate" });
    expect(await client.track(AT).stored).toBe(true);
    expect(intercom.sent).toHaveLength(1);
    expect(unaccounted(client.stats())).toBe(0);
  });

  test("take the place of an equal one that was rejected", async () => {
    const { client, intercom } = startClient();
    const receipts = [client.track(AT), client.track(AT), client.track(AT)];
    await turn();
    intercom.sent[0]?.reply(422);
    await turn();
    intercom.sent[1]?.reply(202);
    expect((await Promise.all(receipts)).map(({ status }) => status)).toEqual([
      "rejected",
      "accepted",
      "duplicate",
    ]);
    expect(intercom.sent.map(({ body }) => body)).toEqual(Array(2).fill(intercom.sent[0]?.body));
  });

  test("are sent with a warning if they differ, and never changed", async () => {
    const { client, intercom } = startClient({}, (request) => request.reply(202));
    const heard: unknown[] = [];
    client.on("warning", ({ warnings, event }) => heard.push([warnings.map(({ code }) => code), event]));
    const outcomes = [await client.track(AT), await client.track({ ...AT, metadata: { plan: "pro" } })];
    expect(outcomes.map(({ status }) => status)).toEqual(["accepted", "accepted"]);
    expect(secondsOf(intercom.sent)).toEqual([NOW - 100, NOW - 100]);
    expect(heard).toEqual([[["second_taken"], expect.objectContaining({ metadata: { plan: "pro" } })]]);
  });

  test("are sent once each, however often and in whichever order they are tracked", async () => {
    const { client, intercom } = startClient({}, (request) => request.reply(202));
    const codes: string[] = [];
    client.on("warning", ({ warnings }) => codes.push(...warnings.map(({ code }) => code)));
    const batch = ["free", "pro", "team"].map((plan) => ({ ...AT, metadata: { plan } }));
    const trackAll = () => Promise.all([...batch, ...batch].map((event) => client.track(event)));
    const outcomes = [...(await trackAll()), ...(await trackAll())];
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...Array(3).fill("accepted"),
      ...Array(9).fill("duplicate"),
    ]);
    expect(intercom.sent).toHaveLength(3);
    expect(codes).toEqual(["second_taken", "second_taken"]);
  });

  test("are dropped on close with the one they wait for", async () => {
    const { client } = startClient();
    const receipts = [client.track(AT), client.track(AT)];
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 0, dropped: 2 });
    expect(await Promise.all(receipts)).toEqual(Array(2).fill({ status: "dropped", reason: "closed" }));
    expect(unaccounted(client.stats())).toBe(0);
  });

  test("wait for equal ones in bounded number", async () => {
    const { client } = startClient({ queue: { maxEvents: 3 } });
    for (let index = 0; index < 10; index += 1) client.track(AT);
    expect(client.stats()).toMatchObject({ pending: 4, droppedByReason: { queue_full: 6 } });
  });

  test("wait for equal ones in bounded size, and leave their room to those that come later", async () => {
    const { client, intercom } = startClient({ queue: { maxBytes: 1000 } });
    const track = (second: number) => {
      const event = { ...AT, createdAt: AT.createdAt + second, metadata: { text: "x".repeat(200) } };
      for (let index = 0; index < 5; index += 1) client.track(event);
    };
    track(0);
    expect(client.stats()).toMatchObject({ pending: 4, dropped: 1 });
    await turn();
    intercom.sent[0]?.reply(202);
    await turn();
    expect(client.stats()).toMatchObject({ pending: 0, accepted: 1, duplicate: 3 });
    track(1);
    expect(client.stats()).toMatchObject({ pending: 4, dropped: 2 });
  });
});

describe("events of one second of which one ended without being taken", () => {
  const other = { ...EVENT, createdAt: NOW, metadata: { plan: "pro" } } as const;
  const third = { ...EVENT, metadata: { plan: "free" } };

  test.each([
    ["rejected", {}],
    ["dropped", { queue: { maxEvents: 1 } }],
  ])("leave it to the one that was taken: %s", async (status, options) => {
    const { client, intercom } = startClient(options, ({ body, reply }) =>
      reply(body?.includes("pro") ? 422 : 202),
    );
    const first = client.track(EVENT);
    if (status === "rejected") await first;
    expect(await client.track(other)).toMatchObject({ status });
    expect(await first).toMatchObject({ status: "accepted" });
    await client.track(third);
    expect(secondsOf(intercom.sent).at(-1)).toBe(NOW + 1);
  });

  test.each<[string, (request: SentRequest) => void]>([
    ["server_error", ({ reply }) => reply(500)],
    ["unreachable", ({ fail }) => fail(new Error("read ECONNRESET"))],
  ])("leave it to no other if Intercom may have taken it: %s", async (kind, answer) => {
    const { client, intercom } = startClient({}, (request) =>
      intercom.sent.length === 1 ? answer(request) : request.reply(202),
    );
    expect(await client.track(EVENT)).toMatchObject({ status: "rejected", verdict: { kind } });
    await client.track(third);
    expect(secondsOf(intercom.sent)).toEqual([NOW, NOW + 1]);
  });

  test("leave it to no other if Intercom may have taken it before it made way", async () => {
    const { client, intercom } = startClient(
      { retry: {}, queue: { maxEvents: 1, policy: "drop_oldest" } },
      ({ reply }) => reply(intercom.sent.length === 1 ? 500 : 202),
    );
    const first = client.track(EVENT);
    await turn();
    await client.track(AT);
    expect(await first).toEqual({ status: "dropped", reason: "queue_full" });
    await client.track(third);
    expect(secondsOf(intercom.sent)).toEqual([NOW, NOW - 100, NOW + 1]);
  });

  test("leave it to no other if Intercom may have taken it before it refused it", async () => {
    const { client, clock, intercom } = startClient({ retry: {} }, ({ reply, fail }) => {
      if (intercom.sent.length === 1) fail(new Error("read ECONNRESET"));
      else reply(intercom.sent.length === 2 ? 422 : 202);
    });
    const first = client.track(EVENT);
    await passTime(clock, 900, 100);
    expect(await first).toMatchObject({ status: "rejected", verdict: { kind: "invalid_request" } });
    clock.set(NOW * 1000 + 999); // As if it had been sent again at once.
    await client.track(third);
    expect(secondsOf(intercom.sent)).toEqual([NOW, NOW, NOW + 1]);
  });

  test("leave it to no other if an outbox may have kept it, though it has failed", async () => {
    const inner = memoryOutbox();
    let isFailing = true;
    const { client, clock, intercom } = startClient(
      {
        outbox: {
          ...inner,
          async append(records, leaseUntil) {
            await inner.append(records, leaseUntil);
            if (isFailing) throw new OutboxError("failed", "the connection is lost");
          },
        },
      },
      (request) => request.reply(202),
    );
    const first = client.track(EVENT);
    await passTime(clock, 1);
    expect(await first).toEqual({ status: "dropped", reason: "not_stored" });
    isFailing = false;
    client.track(third);
    await passTime(clock, 50_000, 500); // What it has kept is leased until then.
    expect(secondsOf(intercom.sent).sort()).toEqual([NOW, NOW + 1]);
  });

  test.each([
    ["sent from memory", "append"],
    ["not told of its end", "settle"],
  ] as const)("leave it to no other if an outbox may hand it out again: %s", async (_, verb) => {
    const { outbox, fail } = faultyOutbox(createMemoryStore());
    const { client, clock, intercom } = startClient({ outboxFallback: "memory", outbox }, (request) =>
      request.reply(404),
    );
    await turn();
    fail(verb, new OutboxError("failed", "the connection is lost"));
    const first = client.track(EVENT);
    await passTime(clock, 1);
    expect(await first).toMatchObject({ status: "rejected" });
    client.track(third);
    await passTime(clock, 1);
    expect(secondsOf(intercom.sent)).toEqual([NOW, NOW + 1]);
  });

  test("leave it to an equal one though Intercom may have taken it", async () => {
    const { client, intercom } = startClient({}, ({ reply }) =>
      reply(intercom.sent.length === 1 ? 500 : 202),
    );
    expect((await client.track(AT)).status).toBe("rejected");
    expect((await client.track(AT)).status).toBe("accepted");
    expect(secondsOf(intercom.sent)).toEqual([NOW - 100, NOW - 100]);
  });

  test("leave it to nobody if none was taken", async () => {
    const { client, intercom } = startClient({}, ({ body, reply }) =>
      reply(body?.includes("free") ? 202 : 422),
    );
    await Promise.all([client.track({ ...EVENT, createdAt: NOW }), client.track(other)]);
    await client.track(third);
    expect(secondsOf(intercom.sent).at(-1)).toBe(NOW);
  });
});

describe("an event that is tracked while its client tells of another one", () => {
  /** Tracks an event, and another one of its contact and name once that is told of. */
  async function track(event: TrackedEvent, within: TrackedEvent, name: string) {
    let isFirst = true;
    const { client, intercom } = startClient(
      {
        channel: (channel) => ({
          hasSubscribers: channel === name,
          publish() {
            if (!isFirst) return;
            isFirst = false;
            client.track(within);
          },
        }),
      },
      (request) => request.reply(202),
    );
    client.track(event);
    await client.flush();
    expect(client.stats()).toMatchObject({ tracked: 2, pending: 0 });
    return { seconds: secondsOf(intercom.sent).sort(), stats: client.stats() };
  }

  const other = { ...EVENT, metadata: { plan: "pro" } };

  test.each(["tracked", "stored", "attempt", "outcome"])("as %s gets a second of its own", async (name) => {
    const { seconds } = await track(EVENT, other, name);
    expect(seconds).toEqual([NOW, NOW + 1]);
    const given = await track({ ...EVENT, createdAt: NOW }, other, name);
    expect(given.seconds).toEqual([NOW, NOW + 1]);
  });

  test("is a duplicate of it if both were given the same time and are equal", async () => {
    const { seconds, stats } = await track(AT, AT, "tracked");
    expect(seconds).toEqual([NOW - 100]);
    expect(stats).toMatchObject({ accepted: 1, duplicate: 1 });
  });
});

test("memory of seconds is bounded", async () => {
  const headers = {
    "x-ratelimit-limit": "99999",
    "x-ratelimit-remaining": "99999",
    "x-ratelimit-reset": `${NOW + 10}`,
  };
  const { client, intercom } = startClient({}, (request) => request.reply(202, "", headers));
  await client.track(AT);
  for (let index = 0; index < 10_000; index += 1) client.track({ ...AT, userId: `contact-${index}` });
  await client.flush();
  expect((await client.track(AT)).status).toBe("accepted"); // It is forgotten, and Intercom takes both for one.
  expect(intercom.sent).toHaveLength(10_002);
});
