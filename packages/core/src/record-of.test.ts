import fc from "fast-check";
import { expect, test } from "vitest";
import { eventOf, recordOf } from "./record-of.ts";

const record = fc.record(
  {
    id: fc.string(),
    body: fc.json(),
    trackedAt: fc.nat(),
    attempts: fc.nat(),
    failures: fc.nat(),
    missingSince: fc.nat(),
    dueAt: fc.nat(),
  },
  { requiredKeys: ["id", "body", "trackedAt", "attempts", "failures", "dueAt"], noNullPrototype: true },
);

test("an event that an outbox hands out is kept as it was, and due when that is said anew", () => {
  fc.assert(
    fc.property(record, fc.nat(), fc.nat(), fc.boolean(), (kept, dueAt, sequence, isOwn) => {
      const event = eventOf(kept, sequence, isOwn);
      expect(event).toMatchObject({ sequence, isOwn });
      // Strictly: where no contact is missing, a store is not to be given an `undefined`.
      expect(recordOf(event, dueAt)).toStrictEqual({ ...kept, dueAt });
    }),
  );
});
