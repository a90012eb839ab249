import {
  type DeadLetter,
  type Outbox,
  OutboxError,
  type OutboxErrorCode,
  type OutboxRecord,
} from "../src/outbox.ts";
import type { OutboxOptions } from "../src/outbox-options.ts";
import type { Outcome } from "../src/outcome.ts";
import { assertEqual } from "./assert-equal.ts";

/** One store, on which any number of outboxes are opened, as several processes would. */
export interface OutboxStore {
  open(options?: OutboxOptions): Outbox;
}

/** One case; it throws where the outbox breaks the contract. */
export interface OutboxCase {
  readonly name: string;
  run(): Promise<void>;
}

/** Opens one more outbox on the store of a case; the case closes all of them. */
type Open = (options?: OutboxOptions) => Outbox;

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;
const ACCEPTED: Outcome = { status: "accepted", attempts: 1 };
const EXPIRED: Outcome = { status: "dropped", reason: "expired" };

/** A record as the client makes them; ids of the same length are in the order of their numbers. */
export function record(number: number, change: Partial<OutboxRecord> = {}): OutboxRecord {
  return {
    id: `e-${String(number).padStart(9, "0")}`,
    body: JSON.stringify({ user_id: "314159", event_name: "placed-order", metadata: { number } }),
    trackedAt: NOW + number,
    attempts: 0,
    failures: 0,
    dueAt: 0,
    ...change,
  };
}

/** Records `from` to `to`, both among them. */
export function records(from: number, to: number, change: Partial<OutboxRecord> = {}): OutboxRecord[] {
  return Array.from({ length: to - from + 1 }, (_, index) => record(from + index, change));
}

/** The ids an outbox tells. */
export async function toldBy(outbox: Outbox): Promise<string[]> {
  if (!outbox.ids) throw new Error("The outbox does not tell ids");
  const ids = [];
  for await (const id of outbox.ids()) ids.push(id);
  return ids;
}

/** All dead letters of an outbox. */
export async function lettersOf(outbox: Outbox): Promise<DeadLetter[]> {
  const letters = [];
  for await (const letter of outbox.deadLetters()) letters.push(letter);
  return letters;
}

/**
 * What each outbox must do, whatever it keeps its events in.
 *
 * @param createStore makes a new, empty store
 * @param tellsIds whether it has the verb `ids`
 */
export function outboxCases(
  createStore: () => Promise<OutboxStore> | OutboxStore,
  { tellsIds = true }: { readonly tellsIds?: boolean } = {},
): OutboxCase[] {
  function keeps(name: string, run: (open: Open) => Promise<void>): OutboxCase {
    return {
      name,
      async run() {
        const store = await createStore();
        const opened: Outbox[] = [];
        try {
          await run((options) => {
            const outbox = store.open(options);
            opened.push(outbox);
            return outbox;
          });
        } finally {
          for (const outbox of opened) await outbox.close();
        }
      },
    };
  }

  const ids = [
    keeps("tells the ids of all events in order, leased or not, due or not", async (open) => {
      const [one, other] = [open(), open()];
      assertEqual(await toldBy(one), []);
      await one.append([record(4), record(2, { dueAt: NOW + MINUTE })]);
      await other.append([record(3), record(1)], NOW + MINUTE);
      await one.append([record(5)]);
      assertEqual(await toldBy(one), idsOf(records(1, 5)));
      await lease(one, { limit: 1 });
      assertEqual(await toldBy(other), idsOf(records(1, 5)));
    }),
    keeps("tells no id of an event that has ended, dead letters included", async (open) => {
      const [one, other] = [open(), open()];
      await one.append(records(1, 5));
      await lease(one, { limit: 4 });
      await one.settle([{ id: record(2).id, outcome: ACCEPTED }], NOW);
      await other.settle([{ id: record(4).id, outcome: EXPIRED }], NOW);
      await one.update([record(1, { attempts: 1, dueAt: NOW + 5 })]);
      assertEqual(await toldBy(one), idsOf([record(1), record(3), record(5)]));
    }),
    keeps("tells each of 2,500 ids once, and lets others in between", async (open) => {
      const [one, other] = [open(), open()];
      await one.append(records(1, 2500));
      const told: string[] = [];
      for await (const id of one.ids?.() ?? []) {
        if (told.push(id) !== 100) continue;
        await other.append([record(9000)]);
        await other.update(records(2400, 2402, { attempts: 1, dueAt: NOW + 5 }));
      }
      assertEqual(told.slice(0, 2500), idsOf(records(1, 2500)));
      assertEqual(await toldBy(other), idsOf([...records(1, 2500), record(9000)]));
    }),
    keeps("tells no ids once closed", async (open) => {
      const closed = open();
      await closed.append(records(1, 1));
      await closed.close();
      await assertRefused(toldBy(closed), "closed");
    }),
  ];

  return [
    ...(tellsIds ? ids : []),
    keeps("is empty at first", async (open) => {
      const outbox = open();
      assertEqual(await outbox.counts(), { events: 0, bytes: 0, deadLetters: 0 });
      assertEqual(await lease(outbox), []);
      assertEqual(await lettersOf(outbox), []);
    }),
    keeps("gives back each field as it was kept", async (open) => {
      const full = record(1, { attempts: 3, failures: 2, missingSince: NOW - 5, dueAt: NOW - 1 });
      const outbox = open();
      await outbox.append([full, record(2)]);
      assertEqual(await lease(outbox), [full, record(2)]);
    }),
    keeps("leases in the order of ids, whatever the order they came in", async (open) => {
      const outbox = open();
      await outbox.append([record(3), record(1)]);
      await outbox.append([record(4)]);
      await outbox.append([record(2)]);
      assertEqual(idsOf(await lease(outbox)), idsOf(records(1, 4)));
    }),
    keeps("leases no more than asked for, and the rest after", async (open) => {
      const outbox = open();
      await outbox.append(records(1, 5));
      assertEqual(idsOf(await lease(outbox, { limit: 2 })), idsOf(records(1, 2)));
      assertEqual(idsOf(await lease(outbox, { limit: 2 })), idsOf(records(3, 4)));
      assertEqual(idsOf(await lease(outbox, { limit: 2 })), idsOf([record(5)]));
      assertEqual(await lease(outbox, { limit: 0, now: NOW + MINUTE }), []);
    }),
    keeps("leases nothing before it is due, and all at that moment", async (open) => {
      const outbox = open();
      await outbox.append([record(1, { dueAt: NOW + 1000 }), record(2)]);
      assertEqual(idsOf(await lease(outbox)), idsOf([record(2)]));
      assertEqual(await lease(outbox, { now: NOW + 999 }), []);
      assertEqual(idsOf(await lease(outbox, { now: NOW + 1000 })), idsOf([record(1)]));
    }),
    keeps("puts records that come due before later ones that were due all along", async (open) => {
      const outbox = open();
      await outbox.append([
        record(1, { dueAt: NOW + 1000 }),
        record(2),
        record(3, { dueAt: NOW + 10 }),
        record(4),
      ]);
      assertEqual(idsOf(await lease(outbox, { now: NOW + 2000, limit: 3 })), idsOf(records(1, 3)));
    }),
    keeps("leases a record once among two outboxes of one store", async (open) => {
      const [one, other] = [open(), open()];
      await one.append(records(1, 4));
      const first = await lease(one, { limit: 2 });
      const second = await lease(other, { limit: 9 });
      assertEqual([...idsOf(first), ...idsOf(second)], idsOf(records(1, 4)));
      assertEqual([await lease(one), await lease(other)], [[], []]);
    }),
    keeps("shares records among two outboxes that lease at the same time", async (open) => {
      const [one, other] = [open(), open()];
      await one.append(records(1, 60));
      const leased = await Promise.all(
        Array.from({ length: 12 }, (_, index) => lease(index % 2 ? one : other, { limit: 5 })),
      );
      assertEqual(idsOf(leased.flat()).sort(), idsOf(records(1, 60)));
    }),
    keeps("does not lease its own records twice", async (open) => {
      const outbox = open();
      await outbox.append(records(1, 2));
      await lease(outbox);
      assertEqual(await lease(outbox), []);
    }),
    keeps("leases what was appended with a lease only once that has run out", async (open) => {
      const [one, other] = [open(), open()];
      await one.append(records(1, 2), NOW + MINUTE);
      assertEqual([await lease(one), await lease(other)], [[], []]);
      assertEqual(await lease(other, { now: NOW + MINUTE - 1 }), []);
      assertEqual(idsOf(await lease(other, { now: NOW + MINUTE })), idsOf(records(1, 2)));
    }),
    keeps("gives records whose lease ran out to the next who asks, once", async (open) => {
      const [dead, one, other] = [open(), open(), open()];
      await dead.append(records(1, 3));
      await lease(dead, { until: NOW + 1000 });
      assertEqual(await lease(one, { now: NOW + 999 }), []);
      assertEqual(await lease(one, { now: NOW + 1000, until: NOW + 2000 }), records(1, 3));
      assertEqual(await lease(other, { now: NOW + 1000 }), []);
      assertEqual(await lease(dead, { now: NOW + 2000 }), records(1, 3));
    }),
    keeps("keeps a record that is leased and not yet due for when both are past", async (open) => {
      const outbox = open();
      await outbox.append([record(1, { dueAt: NOW + 500 }), record(2, { dueAt: NOW + 5000 })], NOW + 1000);
      assertEqual(await lease(outbox, { now: NOW + 999 }), []);
      assertEqual(idsOf(await lease(outbox, { now: NOW + 1000 })), idsOf([record(1)]));
      assertEqual(idsOf(await lease(outbox, { now: NOW + 5000 })), idsOf([record(2)]));
    }),
    keeps("renews a lease", async (open) => {
      const [one, other] = [open(), open()];
      await one.append(records(1, 2));
      await lease(one, { until: NOW + 1000 });
      await one.renew([record(1).id], NOW + 3000);
      assertEqual(idsOf(await lease(other, { now: NOW + 1000 })), idsOf([record(2)]));
      assertEqual(await lease(other, { now: NOW + 2999 }), []);
      assertEqual(idsOf(await lease(other, { now: NOW + 3000 })), idsOf([record(1)]));
    }),
    keeps("renews nothing that it has no lease on", async (open) => {
      const [one, other] = [open(), open()];
      await one.append(records(1, 2));
      await lease(one, { limit: 1, until: NOW + 1000 });
      await other.renew([...idsOf(records(1, 2)), "unknown"], NOW + MINUTE);
      assertEqual(idsOf(await lease(other)), idsOf([record(2)]));
      assertEqual(idsOf(await lease(other, { now: NOW + 1000 })), idsOf([record(1)]));
      await one.renew([record(1).id], NOW + 9 * MINUTE);
      assertEqual(await lease(one, { now: NOW + MINUTE }), [record(2)]);
    }),
    keeps("renews a lease that ran out while nobody else took the record", async (open) => {
      const [one, other] = [open(), open()];
      await one.append([record(1), record(2)]);
      await lease(one, { until: NOW + 1000 });
      await lease(other, { now: NOW + 2000, limit: 1, until: NOW + 9000 });
      await one.renew(idsOf(records(1, 2)), NOW + 3000);
      assertEqual(await lease(other, { now: NOW + 2500 }), []);
      assertEqual(idsOf(await lease(other, { now: NOW + 3000 })), idsOf([record(2)]));
    }),
    keeps("keeps new counts and due times, and frees the record", async (open) => {
      const [one, other] = [open(), open()];
      await one.append(records(1, 1));
      await lease(one);
      const tried = record(1, { attempts: 1, failures: 1, missingSince: NOW, dueAt: NOW + 500 });
      await one.update([tried]);
      assertEqual(await lease(other, { now: NOW + 499 }), []);
      assertEqual(await lease(other, { now: NOW + 500 }), [tried]);
      await other.update([record(1, { attempts: 2 })]);
      assertEqual(await lease(one), [record(1, { attempts: 2 })]);
    }),
    keeps("keeps its lease on what it updates, where asked to", async (open) => {
      const [one, other] = [open(), open()];
      await one.append(records(1, 1));
      await lease(one);
      await one.update([record(1, { attempts: 1 })], NOW + 2 * MINUTE);
      assertEqual(await lease(other, { now: NOW + 2 * MINUTE - 1 }), []);
      assertEqual(await lease(other, { now: NOW + 2 * MINUTE }), [record(1, { attempts: 1 })]);
    }),
    keeps("updates a record that nobody leases, and never its body or when it was tracked", async (open) => {
      const outbox = open();
      await outbox.append(records(1, 1));
      await outbox.update([record(1, { attempts: 4, body: "{}", trackedAt: 0 }), record(7)]);
      assertEqual(await lease(outbox), [record(1, { attempts: 4 })]);
      assertEqual(await outbox.counts(), { events: 1, bytes: record(1).body.length, deadLetters: 0 });
    }),
    keeps("leaves alone what another has leased since", async (open) => {
      const [slow, quick] = [open(), open()];
      await slow.append(records(1, 1));
      await lease(slow, { until: NOW + 1000 });
      await lease(quick, { now: NOW + 1000, until: NOW + 2000 });
      await slow.update([record(1, { attempts: 9 })]);
      await slow.renew([record(1).id], NOW + MINUTE);
      assertEqual(await lease(slow, { now: NOW + 1999 }), []);
      assertEqual(await lease(slow, { now: NOW + 2000 }), [record(1)]);
    }),
    keeps("forgets what was accepted or is a duplicate", async (open) => {
      const outbox = open();
      await outbox.append(records(1, 3));
      await lease(outbox);
      await outbox.settle(
        [
          { id: record(1).id, outcome: ACCEPTED },
          { id: record(3).id, outcome: { status: "duplicate" } },
        ],
        NOW,
      );
      assertEqual(await outbox.counts(), { events: 1, bytes: record(2).body.length, deadLetters: 0 });
      assertEqual(await lease(outbox, { now: NOW + MINUTE }), [record(2)]);
    }),
    keeps("keeps the others as dead letters with their outcome, the oldest first", async (open) => {
      const [one, other] = [open(), open()];
      const rejected: Outcome = {
        status: "rejected",
        verdict: {
          kind: "invalid_request",
          status: 422,
          errors: [{ code: "parameter_invalid", message: "Ungültig: 東京", field: "metadata" }],
          requestId: "000000000000000000ab",
        },
        attempts: 2,
      };
      const invalid: Outcome = {
        status: "invalid",
        issues: [{ path: "eventName", code: "missing_event_name", message: "…" } as never],
      };
      await one.append([record(1, { attempts: 2, missingSince: NOW }), record(2), record(3)]);
      await lease(one);
      await one.settle([{ id: record(2).id, outcome: rejected }], NOW + 1);
      await one.settle(
        [
          { id: record(3).id, outcome: invalid },
          { id: record(1).id, outcome: EXPIRED },
        ],
        NOW + 2,
      );
      assertEqual(await lettersOf(other), [
        { record: record(2), outcome: rejected, endedAt: NOW + 1 },
        { record: record(3), outcome: invalid, endedAt: NOW + 2 },
        { record: record(1, { attempts: 2, missingSince: NOW }), outcome: EXPIRED, endedAt: NOW + 2 },
      ]);
      assertEqual(await other.counts(), { events: 0, bytes: 0, deadLetters: 3 });
    }),
    keeps("keeps of an error its name and message, and nothing that hangs on it", async (open) => {
      const outbox = open();
      await outbox.append(records(1, 1));
      const cause = Object.assign(new TypeError("fetch failed"), {
        request: { headers: { authorization: "Bearer secret" } },
        cause: new Error("secret"),
      });
      const outcome: Outcome = { status: "rejected", verdict: { kind: "unreachable", cause }, attempts: 1 };
      await outbox.settle([{ id: record(1).id, outcome }], NOW);
      assertEqual(
        (await lettersOf(outbox)).map((letter) => letter.outcome),
        [
          {
            status: "rejected",
            verdict: { kind: "unreachable", cause: { name: "TypeError", message: "fetch failed" } },
            attempts: 1,
          },
        ],
      );
    }),
    keeps("ends a record once, whoever leases it", async (open) => {
      const [one, other] = [open(), open()];
      await one.append(records(1, 1));
      await lease(one);
      await other.settle([{ id: record(1).id, outcome: ACCEPTED }], NOW);
      await one.settle([{ id: record(1).id, outcome: EXPIRED }], NOW);
      assertEqual(await one.counts(), { events: 0, bytes: 0, deadLetters: 0 });
    }),
    keeps("ends a record named twice in one call once, as it was named first", async (open) => {
      const outbox = open();
      await outbox.append(records(1, 2));
      const ending = { id: record(1).id, outcome: EXPIRED };
      await outbox.settle([ending, { ...ending, outcome: ACCEPTED }], NOW);
      assertEqual(await outbox.counts(), { events: 1, bytes: record(2).body.length, deadLetters: 1 });
    }),
    keeps("passes over ids it does not know", async (open) => {
      const outbox = open();
      await outbox.append(records(1, 1));
      await outbox.renew(["unknown"], NOW);
      await outbox.update([record(5)], NOW + MINUTE);
      await outbox.settle([{ id: "unknown", outcome: EXPIRED }], NOW);
      assertEqual(await outbox.counts(), { events: 1, bytes: record(1).body.length, deadLetters: 0 });
    }),
    keeps("takes empty calls, which need no room and forget nothing", async (open) => {
      await open().append(records(1, 3));
      const outbox = open({ maxEvents: 1, deadLetterAge: 1000 });
      await outbox.settle([{ id: record(1).id, outcome: EXPIRED }], NOW);
      await outbox.append([]);
      await outbox.append([], NOW);
      await outbox.renew([], NOW);
      await outbox.update([]);
      await outbox.settle([], NOW + 1000);
      assertEqual(await outbox.counts(), { events: 2, bytes: lengthOf(records(2, 3)), deadLetters: 1 });
    }),
    keeps("refuses a batch beyond its bound whole, and takes one that fits", async (open) => {
      const outbox = open({ maxEvents: 5 });
      await outbox.append(records(1, 3));
      await assertRefused(outbox.append(records(4, 6)), "full");
      assertEqual(await outbox.counts(), { events: 3, bytes: lengthOf(records(1, 3)), deadLetters: 0 });
      await outbox.append(records(7, 8));
      assertEqual(idsOf(await lease(outbox)), idsOf([...records(1, 3), ...records(7, 8)]));
    }),
    keeps("counts another outbox's events towards its bound, and takes more as they end", async (open) => {
      const [one, other] = [open({ maxEvents: 2 }), open({ maxEvents: 2 })];
      await one.append(records(1, 2));
      await assertRefused(other.append([record(3)]), "full");
      await one.settle([{ id: record(1).id, outcome: EXPIRED }], NOW);
      await other.append([record(3)]);
      assertEqual(await one.counts(), { events: 2, bytes: lengthOf(records(2, 3)), deadLetters: 1 });
    }),
    keeps("refuses an id it keeps already, and with it the batch", async (open) => {
      const outbox = open();
      await outbox.append(records(1, 2));
      await assertRefused(outbox.append([record(3), record(2, { body: "{}" })]), "failed");
      await assertRefused(outbox.append([record(4), record(4)]), "failed");
      assertEqual(await lease(outbox), records(1, 2));
      assertEqual((await outbox.counts()).bytes, lengthOf(records(1, 2)));
    }),
    keeps("forgets the oldest dead letters beyond its bound", async (open) => {
      const outbox = open({ maxDeadLetters: 3 });
      await outbox.append(records(1, 9));
      const end = (from: number, to: number) =>
        outbox.settle(
          records(from, to).map(({ id }) => ({ id, outcome: EXPIRED })),
          NOW + to,
        );
      await end(1, 2);
      await end(3, 4);
      assertEqual(idsOf((await lettersOf(outbox)).map((letter) => letter.record)), idsOf(records(2, 4)));
      await end(5, 9);
      assertEqual(idsOf((await lettersOf(outbox)).map((letter) => letter.record)), idsOf(records(7, 9)));
      assertEqual((await outbox.counts()).deadLetters, 3);
    }),
    keeps("keeps no dead letters where none may be", async (open) => {
      const outbox = open({ maxDeadLetters: 0 });
      await outbox.append(records(1, 2));
      await outbox.settle([{ id: record(1).id, outcome: EXPIRED }], NOW);
      assertEqual(await lettersOf(outbox), []);
      assertEqual(await outbox.counts(), { events: 1, bytes: record(2).body.length, deadLetters: 0 });
    }),
    keeps("forgets dead letters that are too old", async (open) => {
      const outbox = open({ deadLetterAge: 1000 });
      await outbox.append(records(1, 3));
      await outbox.settle([{ id: record(1).id, outcome: EXPIRED }], NOW);
      await outbox.settle([{ id: record(2).id, outcome: EXPIRED }], NOW + 999);
      assertEqual((await outbox.counts()).deadLetters, 2);
      await outbox.settle([{ id: record(3).id, outcome: ACCEPTED }], NOW + 1000);
      assertEqual(idsOf((await lettersOf(outbox)).map((letter) => letter.record)), [record(2).id]);
    }),
    keeps("keeps bodies of 65,536 characters byte for byte", async (open) => {
      const outbox = open();
      const bodies = ["\ufeff", "é", "東", "🎉"].map((character) =>
        character.repeat(65_536 / character.length),
      );
      const big = bodies.map((body, index) => record(index, { body }));
      await outbox.append(big);
      assertEqual((await outbox.counts()).bytes, 4 * 65_536);
      const leased = await lease(outbox);
      assertEqual(leased.length, 4);
      for (const [index, { body }] of leased.entries()) {
        if (body !== bodies[index]) throw new Error(`Body ${index} came back as ${body.length} characters`);
      }
      await outbox.update(leased.slice(0, 1).map((kept) => ({ ...kept, attempts: 1 })));
      await outbox.settle([{ id: record(1).id, outcome: EXPIRED }], NOW);
      await outbox.settle([{ id: record(2).id, outcome: ACCEPTED }], NOW);
      if ((await lettersOf(outbox))[0]?.record.body !== bodies[1]) throw new Error("The dead letter differs");
      if ((await lease(outbox))[0]?.body !== bodies[0]) throw new Error("The updated body differs");
      assertEqual(await outbox.counts(), { events: 2, bytes: 2 * 65_536, deadLetters: 1 });
      await outbox.settle(
        [big[0], big[3]].map((each) => ({ id: each?.id ?? "", outcome: ACCEPTED })),
        NOW,
      );
      assertEqual(await outbox.counts(), { events: 0, bytes: 0, deadLetters: 1 });
    }),
    keeps("keeps any text: quotes, controls, other scripts", async (open) => {
      const outbox = open();
      const bodies = [
        '{"a":"\\u0000\'\\"; DROP TABLE events; --"}',
        "Grüße, 東京 🎉 \u2028\u2029",
        "",
        "\ufeff{}",
        "\r\n\t",
      ];
      await outbox.append(bodies.map((body, index) => record(index, { body })));
      assertEqual(
        (await lease(outbox)).map(({ body }) => body),
        bodies,
      );
      assertEqual((await outbox.counts()).bytes, bodies.join("").length);
    }),
    keeps("keeps a batch of 1,000 records, leases and ends it", async (open) => {
      const [one, other] = [open(), open()];
      await one.append(records(1, 1000));
      assertEqual(await lease(other, { limit: 1000 }), records(1, 1000));
      await other.renew(idsOf(records(1, 1000)), NOW + 2 * MINUTE);
      assertEqual(await lease(one, { now: NOW + MINUTE }), []);
      await other.update(records(1, 1000, { attempts: 1 }), NOW + 3 * MINUTE);
      await other.settle(
        records(1, 1000).map(({ id }, index) => ({ id, outcome: index % 2 ? ACCEPTED : EXPIRED })),
        NOW,
      );
      assertEqual(await one.counts(), { events: 0, bytes: 0, deadLetters: 500 });
      assertEqual((await lettersOf(one)).length, 500);
    }),
    keeps("hands out no dead letters that were not there when the reading began", async (open) => {
      const outbox = open();
      await outbox.append(records(1, 250));
      await outbox.settle(
        records(1, 250).map(({ id }) => ({ id, outcome: EXPIRED })),
        NOW,
      );
      const read: string[] = [];
      for await (const { record: letter } of outbox.deadLetters()) {
        read.push(letter.id);
        const again = record(250 + read.length);
        await outbox.append([again]);
        await outbox.settle([{ id: again.id, outcome: EXPIRED }], NOW);
        if (read.length > 250) break;
      }
      assertEqual(read, idsOf(records(1, 250)));
      assertEqual((await lettersOf(outbox)).length, 500);
    }),
    keeps("gives its leases back when closed, and nobody else's", async (open) => {
      const [one, two, other] = [open(), open(), open()];
      await one.append(records(1, 4));
      await lease(one, { limit: 2 });
      await lease(two, { limit: 1 });
      await one.append([record(5, { dueAt: NOW + 5 })], NOW + MINUTE);
      await one.close();
      assertEqual(idsOf(await lease(other)), idsOf([record(1), record(2), record(4)]));
      assertEqual(idsOf(await lease(other, { now: NOW + 5 })), idsOf([record(5)]));
    }),
    keeps("keeps its events for those who open the store after it was closed", async (open) => {
      const one = open();
      await one.append(records(1, 3));
      await one.settle([{ id: record(2).id, outcome: EXPIRED }], NOW);
      await one.close();
      const next = open();
      assertEqual(await next.counts(), {
        events: 2,
        bytes: lengthOf([record(1), record(3)]),
        deadLetters: 1,
      });
      assertEqual(await lease(next), [record(1), record(3)]);
    }),
    keeps("refuses every call once closed, and closes as often as asked", async (open) => {
      const [closed, other] = [open(), open()];
      await closed.append(records(1, 1));
      await Promise.all([closed.close(), closed.close()]);
      await closed.close();
      await assertRefused(closed.append([record(2)]), "closed");
      await assertRefused(closed.append([]), "closed");
      await assertRefused(lease(closed), "closed");
      await assertRefused(closed.renew([record(1).id], NOW), "closed");
      await assertRefused(closed.update([record(1, { attempts: 1 })]), "closed");
      await assertRefused(closed.settle([{ id: record(1).id, outcome: ACCEPTED }], NOW), "closed");
      await assertRefused(closed.counts(), "closed");
      await assertRefused(lettersOf(closed), "closed");
      assertEqual(await lease(other), records(1, 1));
    }),
    keeps("closes before it was used", async (open) => {
      const outbox = open();
      await outbox.close();
      await assertRefused(outbox.counts(), "closed");
    }),
    keeps("finishes the calls made before it is closed", async (open) => {
      const [one, other] = [open(), open()];
      const appended = one.append(records(1, 3), NOW + MINUTE);
      await Promise.all([appended, one.close()]);
      assertEqual(idsOf(await lease(other)), idsOf(records(1, 3)));
    }),
    keeps("does calls made at the same time one after the other", async (open) => {
      const [one, other] = [open(), open()];
      await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          (index % 2 ? one : other).append(records(index * 5, index * 5 + 4)),
        ),
      );
      const results = await Promise.all([
        one.settle([{ id: record(0).id, outcome: ACCEPTED }], NOW),
        lease(other, { limit: 100 }),
        one.update([record(199, { attempts: 1 })]),
        lease(one, { limit: 200 }),
      ]);
      const leased = [...results[1], ...results[3]];
      assertEqual(new Set(idsOf(leased)).size, leased.length);
      assertEqual(await one.counts(), { events: 199, bytes: lengthOf(records(1, 199)), deadLetters: 0 });
    }),
    keeps("leases nothing too early to a process whose clock is behind", async (open) => {
      const [ahead, behind] = [open(), open()];
      await ahead.append([record(1, { dueAt: NOW + 1000 }), record(2, { dueAt: NOW + 2000 }), record(3)]);
      assertEqual(await lease(ahead, { now: NOW + 1000, limit: 1 }), [record(1, { dueAt: NOW + 1000 })]);
      await ahead.append([record(4, { dueAt: NOW + 900 })]);
      assertEqual(await lease(ahead, { now: NOW + 5000, limit: 0 }), []);
      assertEqual(idsOf(await lease(behind)), [record(3).id]);
      assertEqual(idsOf(await lease(behind, { now: NOW + 2000 })), [record(2).id, record(4).id]);
    }),
    keeps("leases nothing that is leased to a process whose clock is behind", async (open) => {
      const [ahead, behind] = [open(), open()];
      await behind.append([record(1)], NOW + 1000);
      assertEqual(await lease(ahead, { now: NOW + 1000, limit: 0 }), []);
      assertEqual(await lease(behind), []);
      assertEqual(await lease(ahead, { now: NOW + 1000 }), [record(1)]);
    }),
    keeps(
      "leases as many as are asked for, whatever is due only to a process whose clock is ahead",
      async (open) => {
        const [ahead, behind] = [open(), open()];
        const due = [record(3), ...records(5, 9)];
        await ahead.append([
          ...records(1, 2, { dueAt: NOW + 1000 }),
          record(4, { dueAt: NOW + 1000 }),
          ...due,
        ]);
        assertEqual(await lease(ahead, { now: NOW + 1000, limit: 0 }), []);
        assertEqual(await lease(behind, { limit: 2 }), due.slice(0, 2));
        assertEqual(await lease(behind, { limit: 9 }), due.slice(2));
      },
    ),
    keeps("hands out records of their own", async (open) => {
      const outbox = open();
      const mine = record(1);
      await outbox.append([mine]);
      Object.assign(mine, { attempts: 9 });
      assertEqual(await lease(outbox), [record(1)]);
    }),
    keeps("refuses options that make no sense", async (open) => {
      for (const [name, value] of [
        ["maxEvents", 0],
        ["maxEvents", 1.5],
        ["maxDeadLetters", -1],
        ["deadLetterAge", "1d"],
        ["maxEvent", 5],
      ] as const) {
        assertThrows(
          () => open({ [name]: value } as OutboxOptions),
          `Cannot open outbox: "${name}" must be `,
        );
      }
    }),
  ];
}

interface Asked {
  readonly limit?: number;
  readonly now?: number;
  readonly until?: number;
}

/** Leases up to 500 records now, until a minute later. */
function lease(
  outbox: Outbox,
  { limit = 500, now = NOW, until = now + MINUTE }: Asked = {},
): Promise<OutboxRecord[]> {
  return outbox.lease({ limit, now, until });
}

function idsOf(list: readonly OutboxRecord[]): string[] {
  return list.map(({ id }) => id);
}

function lengthOf(list: readonly OutboxRecord[]): number {
  return list.reduce((sum, { body }) => sum + body.length, 0);
}

/** Throws unless a call is refused with the code. */
export async function assertRefused(call: Promise<unknown>, code: OutboxErrorCode): Promise<OutboxError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof OutboxError)) throw new Error(`Expected an OutboxError, got ${error}`);
  assertEqual(error.code, code, error.message);
  return error;
}

function assertThrows(call: () => unknown, start: string): void {
  try {
    call();
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith(start)) return;
    throw error;
  }
  throw new Error(`Expected a TypeError: ${start}…`);
}
