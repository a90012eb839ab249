import type { JSX } from "preact";
import type { RateWindow } from "../../src/rate-window.ts";
import { MeterBar } from "./meter-bar.tsx";
import { usePage } from "./page-context.ts";
import { useEvery } from "./use-every.ts";

const windowMs = 10_000;
const shownAtOnce = 2;

/** The rate windows, the fullest first. */
export function RateGauges(): JSX.Element {
  useEvery(250);
  const { rates, clock } = usePage().session;
  const now = clock.now();
  const windows = rates.value
    .map((window) => (now < window.reset * 1000 ? window : { ...window, used: 0 }))
    .sort((a, b) => b.used / b.limit - a.used / a.limit);
  return (
    <section class="gauges" aria-labelledby="gauges-title">
      <h2 id="gauges-title">Rate windows of 10 s</h2>
      {windows.length === 0 && <p class="hint">No request with a token yet.</p>}
      {windows.slice(0, shownAtOnce).map((window) => (
        <Gauge key={nameOf(window)} window={window} now={now} />
      ))}
      {windows.length > shownAtOnce && (
        <details>
          <summary>{windows.length - shownAtOnce} more</summary>
          {windows.slice(shownAtOnce).map((window) => (
            <Gauge key={nameOf(window)} window={window} now={now} />
          ))}
        </details>
      )}
    </section>
  );
}

function nameOf({ workspace, app }: RateWindow): string {
  return app === undefined ? `workspace ${workspace}` : `app ${app} of ${workspace}`;
}

function Gauge({ window, now }: { readonly window: RateWindow; readonly now: number }): JSX.Element {
  const { used, limit, reset } = window;
  const left = reset * 1000 - now;
  const isOpen = left > 0 && left <= windowMs;
  const fill = Math.min(1, used / limit);
  const level = used > limit ? "over" : fill > 0.8 ? "high" : "";
  const state = used > limit ? `${(used - limit).toLocaleString()} refused` : "";
  return (
    <div class={`gauge ${level}`}>
      <span class="gauge-name">{nameOf(window)}</span>
      <span class="gauge-count">
        {state && <strong>{state} </strong>}
        {used.toLocaleString()} / {limit.toLocaleString()}
        <span class="gauge-reset">{isOpen ? ` · resets in ${Math.ceil(left / 1000)} s` : " · idle"}</span>
      </span>
      <MeterBar label={`Requests of ${nameOf(window)}`} value={used} most={limit} />
    </div>
  );
}
