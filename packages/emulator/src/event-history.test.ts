import fc from "fast-check";
import { expect, test } from "vitest";
import { createEventHistory } from "./event-history.ts";
import type { StoredEvent } from "./stored-event.ts";

const place = fc.record({ name: fc.constantFrom("a", "b", "c", "d"), createdAt: fc.nat(4) });

test("pages of any size hold every event once, newest first", () => {
  fc.assert(
    fc.property(fc.array(place), fc.integer({ min: 1, max: 5 }), (places, limit) => {
      const history = createEventHistory();
      const expected = new Set<string>();
      for (const { name, createdAt } of places) {
        const key = `${createdAt} ${name}`;
        expect(history.has(name, createdAt)).toBe(expected.has(key));
        if (expected.has(key)) continue;
        expected.add(key);
        history.add(name, { event_name: name, created_at: createdAt } as StoredEvent);
      }
      const seen: { position: number; key: string }[] = [];
      for (let to = Number.POSITIVE_INFINITY, more = true; more; ) {
        const page = history.page({ from: 0, to, limit });
        const found = page.events.map(({ position, event }) => ({
          position,
          key: `${event.created_at} ${event.event_name}`,
        }));
        expect(found.length).toBeLessThanOrEqual(limit);
        seen.push(...found);
        to = found.at(-1)?.position ?? to;
        more = page.more;
      }
      expect(new Set(seen.map(({ key }) => key))).toEqual(expected);
      expect(seen.length).toBe(expected.size);
      expect(seen).toEqual(seen.toSorted((a, b) => b.position - a.position));
    }),
    { numRuns: 200 },
  );
});

test("more events of one second than it has milliseconds stay in it", () => {
  const history = createEventHistory();
  const names = Array.from({ length: 1002 }, (_, index) => `n${index}`);
  for (const name of names) history.add(name, { event_name: name, created_at: 1 } as StoredEvent);
  expect(names.filter((name) => !history.has(name, 1))).toEqual([]);
  expect(history.page({ from: 2000, to: 3000, limit: 9 }).events).toEqual([]);
  expect(history.page({ from: 1000, to: 2000, limit: 9999 }).events).toHaveLength(1002);
});
