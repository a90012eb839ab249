import type { JSX } from "preact";
import { usePage } from "./page-context.ts";
import { RateChart } from "./rate-chart.tsx";
import { RateGauges } from "./rate-gauges.tsx";

/** Totals, rate windows and requests per second. */
export function Overview(): JSX.Element {
  return (
    <section class="overview" aria-label="Overview">
      <Totals />
      <RateGauges />
      <RateChart />
    </section>
  );
}

function Totals(): JSX.Element {
  const { events, requests, results } = usePage().session.stats.value;
  const totals: readonly (readonly [label: string, count: number, kind?: string])[] = [
    ["Events stored", events],
    ["Requests", requests],
    ["Duplicates", results.duplicate, "duplicate"],
    ["Refused", results.refused, "refused"],
  ];
  return (
    <dl class="totals">
      {totals.map(([label, count, kind = ""]) => (
        <div key={label} class={count > 0 ? kind : ""}>
          <dt>{label}</dt>
          <dd>{count.toLocaleString()}</dd>
        </div>
      ))}
    </dl>
  );
}
