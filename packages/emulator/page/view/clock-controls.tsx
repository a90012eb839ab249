import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { isoTime, showMoment } from "../draw/show-time.ts";
import { callControl } from "../model/api.ts";
import { ActionError } from "./action-error.tsx";
import { usePage } from "./page-context.ts";
import { useAction } from "./use-action.ts";
import { useEvery } from "./use-every.ts";

const steps: readonly (readonly [label: string, ms: number])[] = [
  ["−1 day", -86_400_000],
  ["+10 s", 10_000],
  ["+1 min", 60_000],
  ["+1 h", 3_600_000],
  ["+1 day", 86_400_000],
  ["+90 days", 90 * 86_400_000],
];

/** Moves, stops and starts the emulator's clock. */
export function ClockControls(): JSX.Element {
  useEvery(500);
  const { clock } = usePage().session;
  const { error, run } = useAction();
  const wanted = useSignal("");
  const now = clock.now();
  const move = (body: {
    readonly now?: number;
    readonly advance?: number;
    readonly frozen?: boolean;
  }): void => void run(async () => clock.set(await callControl("clock", { method: "PUT", body })));

  return (
    <section aria-labelledby="clock-title">
      <h2 id="clock-title">Clock</h2>
      <p>
        <time dateTime={isoTime(now)}>{showMoment(now)}</time>{" "}
        {clock.frozen() && <span class="badge warn">frozen</span>}
      </p>
      <p class="hint">Rate windows, dates of replies and the 90 days of a list go by it.</p>
      <div class="buttons">
        {clock.frozen() ? (
          <button type="button" onClick={() => move({ frozen: false })}>
            Resume
          </button>
        ) : (
          <button type="button" onClick={() => move({ frozen: true })}>
            Freeze
          </button>
        )}
        {steps.map(([label, advance]) => (
          <button key={label} type="button" onClick={() => move({ advance })}>
            {label}
          </button>
        ))}
        <button type="button" onClick={() => move({ now: Date.now(), frozen: false })}>
          Real time
        </button>
      </div>
      <form
        class="line"
        onSubmit={(event) => {
          event.preventDefault();
          move({ now: new Date(wanted.value).getTime() });
        }}
      >
        <label>
          Set to{" "}
          <input
            type="datetime-local"
            step="1"
            required
            value={wanted.value}
            onInput={({ currentTarget }) => {
              wanted.value = currentTarget.value;
            }}
          />
        </label>
        <button type="submit">Set clock</button>
      </form>
      <ActionError error={error} />
    </section>
  );
}
