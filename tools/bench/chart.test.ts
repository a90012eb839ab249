import fc from "fast-check";
import { expect, test } from "vitest";
import { renderChart, ticksUpTo } from "./chart.ts";

test.each([
  [1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [9, [0, 2, 4, 6, 8, 10]],
  [13_050, [0, 5000, 10_000, 15_000]],
  [0, [0, 1]],
  [Number.NaN, [0, 1]],
])("the axis of values up to %d", (greatest, expected) => {
  expect(ticksUpTo(greatest)).toEqual(expected);
});

test("an axis begins at zero, reaches the greatest value and has few marks", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (greatest) => {
      const ticks = ticksUpTo(greatest);
      expect(ticks[0]).toBe(0);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(greatest * (1 - 1e-9));
      expect(ticks.length).toBeGreaterThanOrEqual(3);
      expect(ticks.length).toBeLessThanOrEqual(6);
    }),
  );
});

const chart = {
  title: "Rates",
  axis: "events per second",
  groups: [
    {
      name: "one & all",
      bars: [
        { label: "@intercom-events/node", value: 50, range: [40, 60] as const },
        { label: "<peer>", value: 100 },
        { label: "unknown", value: Number.NaN },
      ],
    },
  ],
};

test("bars are as long as their values, ours apart, the unknown ones without length", () => {
  const svg = renderChart(chart);
  const lengths = [...svg.matchAll(/<rect class="(ours|other)"[^>]* width="([\d.]+)"/g)];
  expect(lengths.map(([, kind]) => kind)).toEqual(["ours", "other", "other"]);
  const [ours, peer, unknown] = lengths.map(([, , width]) => Number(width));
  expect(peer).toBeCloseTo(2 * Number(ours), 0);
  expect(unknown).toBe(0);
  expect(svg).toContain(">–</text>");
  expect(svg).not.toContain("NaN");
});

test("a range is drawn from the least to the most, on the scale of the bars", () => {
  const svg = renderChart(chart);
  const [, from, to] = /<line class="range" x1="([\d.]+)" x2="([\d.]+)"/.exec(svg)?.map(Number) ?? [];
  const [, start, width] =
    /<rect class="ours" x="([\d.]+)"[^>]* width="([\d.]+)"/.exec(svg)?.map(Number) ?? [];
  const scale = Number(width) / 50;
  expect(Number(from) - Number(start)).toBeCloseTo(40 * scale, 0);
  expect(Number(to) - Number(start)).toBeCloseTo(60 * scale, 0);
});

test("text is text, with the unit, and whatever is in it is no markup", () => {
  const svg = renderChart(chart);
  expect(svg).toContain(">events per second</text>");
  expect(svg).toContain(">one &#38; all</text>");
  expect(svg).toContain(">&#60;peer&#62;</text>");
  expect(svg).toContain("prefers-color-scheme: dark");
});

test("a bar beyond the end of the axis is cut there, shows so and keeps its figure", () => {
  const svg = renderChart({ ...chart, most: 60 });
  expect(svg.match(/class="cut"/g)).toHaveLength(1);
  expect(svg).toContain(">100</text>");
  const widths = [...svg.matchAll(/<rect class="(?:ours|other)"[^>]* width="([\d.]+)"/g)].map(([, width]) =>
    Number(width),
  );
  // The axis ends at 60.
  expect(widths[1]).toBeCloseTo((Number(widths[0]) / 50) * 60, 0);
  expect(renderChart(chart)).not.toContain('class="cut"');
});
