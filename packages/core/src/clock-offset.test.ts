import { expect, test } from "vitest";
import { createClockOffset } from "./clock-offset.ts";

const NOW = 1_700_000_000_000;

/** Samples as when they arrived and how far ahead the clock seemed to be; what is believed in the end. */
const cases: [string, [now: number, ahead: number][], number | undefined][] = [
  ["nothing is known at first", [], undefined],
  ["the first sample is believed", [[5000, 700]], 700],
  [
    "the smallest sample of a span counts",
    [
      [5000, 700],
      [6000, 300],
      [7000, 900],
    ],
    300,
  ],
  [
    "the span before counts too",
    [
      [0, 300],
      [10_000, 900],
    ],
    300,
  ],
  [
    "a smaller sample of the next span wins",
    [
      [0, 300],
      [10_000, 100],
    ],
    100,
  ],
  [
    "a span lasts ten seconds",
    [
      [0, 300],
      [9999, 900],
      [19_998, 900],
    ],
    300,
  ],
  [
    "the span before that is forgotten",
    [
      [0, 300],
      [10_000, 900],
      [20_000, 800],
    ],
    800,
  ],
  [
    "after a long silence the old span is forgotten",
    [
      [0, 300],
      [20_000, 900],
    ],
    900,
  ],
  [
    "a silence just under that is not long",
    [
      [0, 300],
      [19_999, 900],
    ],
    300,
  ],
  [
    "a clock that jumps back is believed",
    [
      [50_000, 300],
      [49_999, 900],
    ],
    900,
  ],
  [
    "a clock that is behind",
    [
      [0, -5000],
      [1000, -4000],
    ],
    -5000,
  ],
  [
    "a span begins when the last is over",
    [
      [0, 300],
      [10_000, 900],
      [25_000, 950],
    ],
    900,
  ],
  [
    "samples of the same moment are of one span",
    [
      [0, 300],
      [0, 900],
      [10_000, 950],
    ],
    300,
  ],
];

/** Long enough ago that a reply says nothing of clocks that are put to another time. */
const LONG_AGO = Number.NEGATIVE_INFINITY;

test.each(cases)("%s", (_, samples, expected) => {
  const offset = createClockOffset();
  for (const [now, ahead] of samples) offset.observe(NOW + now - ahead, LONG_AGO, NOW + now);
  expect(offset.read()).toBe(expected);
});

test.each([
  ["kept where a reply can say it is a second more, and what it took", 1399, 300],
  ["forgotten where a reply says that it is more than that", 1400, 1400],
])("what was seen is %s", (_, ahead, expected) => {
  const offset = createClockOffset();
  offset.observe(NOW - 300, LONG_AGO, NOW);
  offset.observe(NOW + 9100, LONG_AGO, NOW + 10_000); // Of the next span.
  offset.observe(NOW + 10_100 - ahead, NOW + 10_000, NOW + 10_100);
  expect(offset.read()).toBe(expected);
});
