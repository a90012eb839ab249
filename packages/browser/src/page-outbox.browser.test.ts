import fc from "fast-check";
import { describe, expect, inject, test } from "vitest";
import { assertRefused } from "../../core/tests/outbox-contract.ts";
import { bodyOf, cleanUp, draft, freshName } from "../test/outbox-page.ts";
import { indexedDbOutbox } from "./indexed-db-outbox.ts";
import type { PageOutbox } from "./page-outbox.ts";

const T = 1_700_000_000;
const NOW = T * 1000;

cleanUp();

/** Bodies of all events, by id, in the order of their ids. */
async function bodiesIn(outbox: PageOutbox): Promise<Record<string, string>> {
  const leased = await outbox.lease({ limit: 1e6, now: 10 * NOW, until: 0 });
  return Object.fromEntries(leased.map(({ id, body }) => [id, body]));
}

/** Names and seconds of all events; each pair must be there once. */
async function pairsIn(outbox: PageOutbox): Promise<string[]> {
  return Object.values(await bodiesIn(outbox)).map((body) => {
    const { event_name, created_at } = JSON.parse(body);
    return `${event_name} ${created_at}`;
  });
}

/** `[name, seconds after T]`, appended one call after the other; returns the seconds given. */
async function give(outbox: PageOutbox, calls: readonly (readonly [string, number])[][]): Promise<number[]> {
  const drafts = calls.map((call, index) =>
    call.map(([name, second], at) => draft(`${index}-${at}-${name}`, name, T + second)),
  );
  for (const call of drafts) await outbox.appendApart(call);
  return drafts.flat().map(({ given }) => {
    expect(given).toHaveLength(1);
    return (given[0] ?? 0) - T;
  });
}

describe("seconds of events in a store that tabs share", () => {
  const many = (count: number): [string, number][] => Array.from({ length: count }, () => ["a", 0]);

  test.each([
    ["a free one is kept", [[["a", 0]], [["a", 5]], [["a", 1]]], [0, 5, 1]],
    ["a later event moves on", [[["a", 0]], [["a", 0]], [["a", 0]]], [0, 1, 2]],
    [
      "so it does within one call",
      [
        [
          ["a", 0],
          ["a", 0],
          ["a", 1],
        ],
      ],
      [0, 1, 2],
    ],
    [
      "names are apart",
      [
        [
          ["a", 0],
          ["b", 0],
        ],
        [
          ["b", 0],
          ["c,a", 0],
          ["", 0],
        ],
      ],
      [0, 0, 1, 0, 0],
    ],
    [
      "one between others is taken",
      [
        [
          ["a", 0],
          ["a", 2],
        ],
        [["a", 0]],
        [["a", 0]],
      ],
      [0, 2, 1, 3],
    ],
    [
      "past the 60th it is its own",
      [
        many(61),
        [
          ["a", 0],
          ["a", 1],
        ],
      ],
      [...Array(61).keys(), 0, 61],
    ],
    [
      "one before the first of a call is taken, too",
      [
        [["a", 0]],
        [
          ["a", 5],
          ["a", 0],
        ],
      ],
      [0, 5, 1],
    ],
    ["an empty call forgets none", [[["a", 0]], [], [["a", 0]]], [0, 1]],
    ["they are remembered for an hour", [[["a", 0]], [["b", 3600]], [["a", 0]]], [0, 3600, 1]],
    ["and no longer", [[["a", 0]], [["b", 3601]], [["a", 0]]], [0, 3601, 0]],
    ["nor when the clock is put back by more", [[["a", 3600]], [["b", 0]], [["a", 3600]]], [3600, 0, 3600]],
    [
      "a call may reach over hours",
      [
        [
          ["a", 0],
          ["a", 9000],
          ["a", 9000],
        ],
        [["a", 9000]],
      ],
      [0, 9000, 9001, 9002],
    ],
  ] as [string, [string, number][][], number[]][])("%s", async (_what, calls, expected) => {
    const outbox = indexedDbOutbox({ name: freshName() });
    expect(await give(outbox, calls)).toEqual(expected);
    await outbox.close();
  });

  test("an event keeps its second after it has ended", async () => {
    const name = freshName();
    const [one, other] = [indexedDbOutbox({ name }), indexedDbOutbox({ name })];
    await give(one, [[["a", 0]]]);
    await one.settle([{ id: "0-0-a", outcome: { status: "accepted", attempts: 1 } }], NOW);
    expect(await give(other, [[["a", 0]]])).toEqual([1]);
    await other.clear();
    expect(await give(one, [[["a", 0]]])).toEqual([0]);
    await Promise.all([one.close(), other.close()]);
  });

  test("what is kept is a record like any other, leased as asked", async () => {
    const outbox = indexedDbOutbox({ name: freshName() });
    await outbox.appendApart([draft("1", "a", T)], NOW + 1000);
    await outbox.appendApart([draft("2", "a", T)]);
    const rest = { trackedAt: NOW, attempts: 0, failures: 0, dueAt: 0 };
    expect(await outbox.lease({ limit: 9, now: NOW + 999, until: NOW + 999 })).toEqual([
      { id: "2", body: bodyOf("2", "a", T + 1), ...rest },
    ]);
    expect(await outbox.lease({ limit: 1, now: NOW + 1000, until: NOW })).toEqual([
      { id: "1", body: bodyOf("1", "a", T), ...rest },
    ]);
    await outbox.close();
  });

  test("a call that is refused keeps neither events nor seconds", async () => {
    const outbox = indexedDbOutbox({ name: freshName(), maxEvents: 2 });
    await assertRefused(outbox.appendApart(["1", "2", "3"].map((id) => draft(id, "a", T))), "full");
    const failing = { ...draft("1", "a", T), finish: () => expect.unreachable("on purpose") };
    await assertRefused(outbox.appendApart([draft("2", "a", T), failing]), "failed");
    await assertRefused(outbox.appendApart([draft("1", "a", T), draft("1", "a", T)]), "failed");
    await outbox.appendApart([]);
    expect(await outbox.counts()).toEqual({ events: 0, bytes: 0, deadLetters: 0 });
    expect(
      await give(outbox, [
        [
          ["a", 0],
          ["a", 0],
        ],
      ]),
    ).toEqual([0, 1]);
    await outbox.close();
  });

  test("tabs that append at the same time never share one", async () => {
    const name = freshName();
    const outbox = indexedDbOutbox({ name });
    // Workers run at the same time as each other, which frames of one page do not.
    const source = `${inject("script")}
      onmessage = async ({ data: [me, name] }) => {
        const outbox = IntercomEvents.indexedDbOutbox({ name });
        const body = ${bodyOf};
        for (let call = 0; call < 5; call += 1) {
          await Promise.all([0, 1].map((part) => outbox.appendApart(["a", "b", "a"].map((event, at) => {
            const id = [me, call, part, at].join("-");
            const record = { id, trackedAt: 0, attempts: 0, failures: 0, dueAt: 0 };
            return { name: event, second: ${T}, finish: (second) => ({ ...record, body: body(id, event, second) }) };
          }))));
        }
        postMessage("done");
      };`;
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    // 6 tabs give "b" all the 60 seconds there are, and "a" as many names of its own as it needs.
    const tabs = Array.from({ length: 6 }, () => new Worker(url));
    await Promise.all(
      tabs.map(
        (tab, index) =>
          new Promise((resolve, reject) => {
            tab.onmessage = resolve;
            tab.onerror = ({ message }) => reject(new Error(message));
            tab.postMessage([index, name]);
          }),
      ),
    );
    for (const tab of tabs) tab.terminate();
    const pairs = await pairsIn(outbox);
    expect(pairs).toHaveLength(6 * 5 * 2 * 3);
    const ofB = pairs.filter((pair) => pair.startsWith("b"));
    expect(new Set(ofB).size).toBe(60);
    // All 61 seconds of "a" are taken before any is shared.
    expect(new Set(pairs).size).toBe(60 + 61);
    await outbox.close();
  });
});

describe("a page that dies while it appends", () => {
  /** A pause that lasts until all is stored, which on a busy machine takes longer than any other. */
  const UNTIL_STORED = 41;

  /** A pause in which other things may happen: microtasks, then tasks, then milliseconds. */
  async function pause(length: number): Promise<void> {
    for (let left = length; left > 0 && left % 5; left -= 1) await Promise.resolve();
    if (length % 3 === 0) await new Promise((resolve) => setTimeout(resolve, length % 7));
    if (length % 4 === 0)
      await new Promise<unknown>((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = resolve;
        port2.postMessage(0);
      });
  }

  test("what it gives up is not kept, and the rest as it was finished", async () => {
    let [given, decided] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(40), fc.nat(UNTIL_STORED), fc.nat(4)), { maxLength: 12 }),
        async (steps) => {
          const outbox = indexedDbOutbox({ name: freshName() });
          // Opening it takes Firefox longer than all of the rest.
          await outbox.counts();
          const expected: Record<string, string> = {};
          const appended = steps.map(async ([before, after, count], index) => {
            await pause(before);
            const drafts = Array.from({ length: count }, (_, at) => draft(`${index}-${at}`, "a", T));
            const append = outbox.appendApart(drafts);
            await (after === UNTIL_STORED ? append : pause(after));
            const isDecided = drafts.some((each) => each.given.length > 0);
            for (const [at, each] of drafts.entries()) each.isGivenUp = at % 3 > 0;
            const stored = (await append).map(({ id }) => id);
            for (const [at, { id, given: seconds }] of drafts.entries()) {
              const isKept = isDecided || at % 3 === 0;
              expect(seconds).toHaveLength(isKept ? 1 : 0);
              expect(stored.includes(id)).toBe(isKept);
              if (isKept) expected[id] = bodyOf(id, "a", seconds[0] ?? 0);
              if (isDecided) decided += 1;
              else if (!isKept) given += 1;
            }
          });
          await Promise.all(appended);
          expect(await bodiesIn(outbox)).toEqual(expected);
          expect(await outbox.counts()).toMatchObject({ events: Object.keys(expected).length });
          const pairs = await pairsIn(outbox);
          expect(new Set(pairs).size).toBe(pairs.length);
          await outbox.clear();
          await outbox.close();
        },
      ),
      {
        numRuns: 25,
        // One that gives up at once, and one that never does.
        examples: [
          [
            [
              [0, 1, 4],
              [0, UNTIL_STORED, 4],
            ],
          ],
        ],
      },
    );
    // Otherwise nothing was shown.
    expect([given > 0, decided > 0]).toEqual([true, true]);
  });

  test("frames that are removed at any moment leave what they said, or nothing", async () => {
    const name = freshName();
    const outbox = indexedDbOutbox({ name });
    await outbox.counts();
    const said: { abandoned: string[]; finished: Record<string, string> }[] = [];
    const perish = async (index: number): Promise<void> => {
      const frame = document.createElement("iframe");
      document.body.append(frame);
      const page = frame.contentWindow as (Window & { IntercomEvents?: typeof import("./index.ts") }) | null;
      if (page === null) throw new Error("there is no frame");
      const script = page.document.createElement("script");
      script.text = inject("script");
      page.document.head.append(script);
      if (!page.IntercomEvents) throw new Error("there is no global");
      const finished: Record<string, string> = {};
      const drafts = Array.from({ length: 3 }, (_, at) => {
        const each = draft(`${index}-${at}`, `n${at}`, T);
        const { finish } = each;
        each.finish = (second) => {
          const record = finish(second);
          if (record) finished[record.id] = record.body;
          return record;
        };
        return each;
      });
      const appended = page.IntercomEvents.indexedDbOutbox({ name })
        .appendApart(drafts)
        .catch(() => undefined);
      // On a busy machine the others may all be removed before anything is stored.
      if (index % 12 === 11) await appended;
      for (let turn = 0; turn < index % 12; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, index % 3));
      }
      for (const each of drafts) each.isGivenUp = true;
      said.push({ abandoned: drafts.map(({ id }) => id).filter((id) => !(id in finished)), finished });
      frame.remove();
    };
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(Array.from({ length: 5 }, (_, index) => perish(round * 5 + index)));
    }
    // What was begun is done or undone before this is.
    await outbox.append([]);
    const bodies = await bodiesIn(outbox);
    for (const { abandoned, finished } of said) {
      expect(abandoned.length + Object.keys(finished).length).toBe(3);
      for (const id of abandoned) expect(bodies[id]).toBeUndefined();
      for (const [id, body] of Object.entries(finished)) expect([undefined, body]).toContain(bodies[id]);
    }
    const pairs = await pairsIn(outbox);
    expect(new Set(pairs).size).toBe(pairs.length);
    expect(said.filter(({ abandoned }) => abandoned.length > 0).length).toBeGreaterThan(0);
    expect(pairs.length).toBeGreaterThan(0);
    expect(await outbox.counts()).toMatchObject({ events: pairs.length });
    await outbox.close();
  });
});
