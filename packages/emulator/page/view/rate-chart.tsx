import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { RequestResult } from "../../src/request-log.ts";
import type { SecondCounts } from "../model/request-rate.ts";
import { usePage } from "./page-context.ts";
import { useEvery } from "./use-every.ts";

const seconds = 60;
const height = 72;
/** From the bottom of the stack. */
const stack = ["stored", "answered", "duplicate", "refused"] as const satisfies RequestResult[];

const total = (counts: SecondCounts): number => stack.reduce((sum, name) => sum + counts[name], 0);

/** Bars that stand on each other: each series is a sum, and the larger are drawn first. */
function stacked(history: readonly SecondCounts[]): uPlot.AlignedData {
  const sums = stack.map((_, top) =>
    history.map((counts) => stack.slice(0, top + 1).reduce((sum, name) => sum + counts[name], 0)),
  );
  return [history.map((_, index) => index - seconds + 1), ...sums.reverse()];
}

function colourOf(element: Element, variable: string): string {
  return getComputedStyle(element).getPropertyValue(variable).trim();
}

function createChart(element: HTMLElement, data: uPlot.AlignedData): uPlot {
  const bars = uPlot.paths.bars?.({ size: [0.8, 12, 1] });
  const ink = colourOf(element, "--chart-ink");
  const font = "11px system-ui, sans-serif";
  return new uPlot(
    {
      width: element.clientWidth || 300,
      height,
      legend: { show: false },
      cursor: { show: false },
      padding: [6, 16, 0, 0],
      scales: {
        x: { time: false, range: () => [-seconds + 0.5, 0.5] },
        y: { range: (_, __, most) => [0, Math.max(4, most * 1.1)] },
      },
      axes: [
        {
          stroke: ink,
          font,
          size: 18,
          gap: 2,
          grid: { show: false },
          ticks: { show: false },
          splits: () => [-45, -30, -15, 0],
          values: (_, splits) => splits.map((at) => (at === 0 ? "now" : `${at} s`)),
        },
        {
          stroke: ink,
          font,
          size: 40,
          gap: 4,
          space: 24,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
          ticks: { show: false },
          grid: { stroke: colourOf(element, "--chart-grid"), width: 1 },
        },
      ],
      series: [
        {},
        ...[...stack].reverse().map((name) => ({
          label: name,
          fill: colourOf(element, `--chart-${name}`),
          width: 0,
          points: { show: false },
          ...(bars && { paths: bars }),
        })),
      ],
    },
    data,
    element,
  );
}

/** Requests per second of the last minute, in real time, by what became of them. */
export function RateChart(): JSX.Element {
  useEvery(1000);
  const { session, sights } = usePage();
  const canvas = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const colours = sights.colours.value;
  session.stats.value; // draw again when requests came
  const history = session.requestRate.last(seconds, session.second());
  const data = stacked(history);
  const latest = history.at(-2) ?? history.at(-1);
  const most = Math.max(...history.map(total));

  // Made anew when the colours change, which are read from the style sheet.
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const plot = createChart(element, data);
    chart.current = plot;
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [colours]);
  useEffect(() => chart.current?.setData(data));

  return (
    <figure class="chart">
      <figcaption>
        <h2>Requests per second</h2>
        <ul class="legend">
          {stack.map((name) => (
            <li key={name} class={name}>
              {name} {latest?.[name].toLocaleString()}
            </li>
          ))}
        </ul>
      </figcaption>
      <div
        ref={canvas}
        class="chart-canvas"
        role="img"
        aria-label={`Requests per second in the last minute: ${latest ? total(latest) : 0} in the last second, ${most} at most`}
      />
    </figure>
  );
}
