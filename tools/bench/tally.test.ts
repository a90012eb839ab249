import { expect, test } from "vitest";
import { tally } from "./tally.ts";

test.each([
  ["all is well", [0, 1, 2], [], { lost: 0, twice: 0, denied: 0, claimed: 0 }],
  ["lost, and said so", [0, 2], [1], { lost: 1, twice: 0, denied: 0, claimed: 0 }],
  ["lost in silence", [0, 2], [], { lost: 1, twice: 0, denied: 0, claimed: 1 }],
  ["stored, but said to have failed", [0, 1, 2], [1], { lost: 0, twice: 0, denied: 1, claimed: 0 }],
  ["stored twice and three times", [0, 1, 1, 2, 2, 2], [], { lost: 0, twice: 2, denied: 0, claimed: 0 }],
  ["nothing was stored", [], [0], { lost: 3, twice: 0, denied: 0, claimed: 2 }],
])("%s", (_, stored, failed, expected) => {
  expect(tally(3, stored, failed)).toEqual(expected);
});
