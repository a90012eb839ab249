import { expect, test } from "vitest";
import { type Result, renderReport, renderTable } from "./report.ts";

const result: Result = {
  machine: { cores: 2, node: "24.0.0", system: "linux x64", loadBefore: 0.5 },
  peers: { undici: "7.0.0", "posthog-node": "5.0.0" },
  options: { rounds: 3 },
  rows: [{ client: "undici.request", "CPU µs": "100.0" }],
};

test("a table has the columns of its first row", () => {
  expect(renderTable([{ name: "a", value: 1 }, { name: "b" }])).toBe(
    "| name | value |\n| --- | ---: |\n| a | 1 |\n| b |  |\n",
  );
});

test("a section says what it ran on, with the versions of the libraries in its rows alone", () => {
  const report = renderReport([{ name: "delivered", title: "Delivered", about: "What it is.", result }]);
  expect(report).toContain("## Delivered\n\n`pnpm bench delivered`\n\nWhat it is.\n\n| client | CPU µs |");
  expect(report).toContain(
    "2 cores, linux x64, Node 24.0.0, load before the run 0.5 · rounds 3 · undici 7.0.0\n",
  );
  expect(report).not.toContain("posthog-node 5.0.0");
});

test("a benchmark that was never run says so", () => {
  expect(renderReport([{ name: "track", title: "T", about: "A", result: undefined }])).toContain(
    "Not measured yet.",
  );
});

test("a result with a chart shows it before its table", () => {
  const chart = { title: "Costs", axis: "ns", groups: [] };
  const report = renderReport([{ name: "track", title: "T", about: "A", result: { ...result, chart } }]);
  expect(report).toContain("A\n\n![Costs](results/track.svg)\n\n| client |");
});
