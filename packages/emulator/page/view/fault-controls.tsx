import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Fault } from "../../src/fault.ts";
import { callControl } from "../model/api.ts";
import { describeFault, describeScope, remainingFaults } from "../model/change-faults.ts";
import { ActionError } from "./action-error.tsx";
import { usePage } from "./page-context.ts";
import { type Action, useAction } from "./use-action.ts";

const presets: readonly (readonly [label: string, fault: Fault])[] = [
  ["503 Unavailable", { status: 503 }],
  ["429 Too many requests", { status: 429 }],
  ["500 Server error", { status: 500 }],
  ["502 with HTML", { status: 502 }],
  ["404 Unknown contact", { status: 404 }],
  ["Reset before", { reset: "before" }],
  ["Reset after storing", { reset: "after" }],
  ["Reset inside the reply", { reset: "inside" }],
  ["Slow by 5 s", { delayMs: 5000 }],
];

/** The faults that are set, and buttons for more. */
export function FaultControls(): JSX.Element {
  const { session } = usePage();
  const action = useAction();
  const times = useSignal("1");

  const setFaults = (faults: readonly unknown[]): Promise<boolean> =>
    action.run(() => callControl("faults", { method: "PUT", body: faults }));
  const add = (fault: unknown): Promise<boolean> =>
    setFaults([...remainingFaults(session.faults.value), fault]);

  return (
    <section aria-labelledby="faults-title" tabIndex={-1}>
      <h2 id="faults-title">Faults</h2>
      <p class="hint">The first fault that meets a request acts on it. Requests of this page are not met.</p>
      <label class="times">
        Meets{" "}
        <select
          value={times.value}
          onChange={({ currentTarget }) => {
            times.value = currentTarget.value;
          }}
        >
          <option value="1">the next request</option>
          <option value="3">the next 3 requests</option>
          <option value="10">the next 10 requests</option>
          <option value="">every request</option>
        </select>
      </label>
      <div class="buttons">
        {presets.map(([label, fault]) => (
          <button
            key={label}
            type="button"
            onClick={() => void add({ ...fault, ...(times.value && { times: Number(times.value) }) })}
          >
            {label}
          </button>
        ))}
      </div>
      <OwnFault add={add} />
      <ActionError error={action.error} />
      <FaultList action={action} setFaults={setFaults} />
    </section>
  );
}

function OwnFault({ add }: { add(fault: unknown): Promise<boolean> }): JSX.Element {
  const text = useSignal('{ "status": 422, "path": "/events", "times": 2 }');
  const parsing = useAction();
  async function submit(): Promise<void> {
    await parsing.run(async () => add(JSON.parse(text.value)));
  }
  return (
    <details class="own-fault">
      <summary>A fault of your own</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <label>
          Fault as JSON
          <textarea
            rows={3}
            spellcheck={false}
            value={text.value}
            onInput={({ currentTarget }) => {
              text.value = currentTarget.value;
            }}
          />
        </label>
        <button type="submit">Add fault</button>
        <ActionError error={parsing.error} />
      </form>
    </details>
  );
}

interface FaultListProps {
  readonly action: Action;
  setFaults(faults: readonly Fault[]): Promise<boolean>;
}

function FaultList({ setFaults }: FaultListProps): JSX.Element {
  const faults = usePage().session.faults.value;
  if (faults.length === 0) return <p class="hint">No fault is set.</p>;
  return (
    <>
      <ol class="faults">
        {faults.map((fault, index) => (
          <li key={index} class={fault.left === 0 ? "used-up" : ""}>
            <span>
              <strong>{describeFault(fault)}</strong> · {describeScope(fault)}
            </span>
            <button
              type="button"
              aria-label={`Remove the fault: ${describeFault(fault)}`}
              onClick={({ currentTarget }) => {
                leave(currentTarget);
                void setFaults(remainingFaults(faults.filter((other) => other !== fault)));
              }}
            >
              Remove
            </button>
          </li>
        ))}
      </ol>
      <button
        type="button"
        onClick={({ currentTarget }) => {
          leave(currentTarget);
          void setFaults([]);
        }}
      >
        Remove all faults
      </button>
    </>
  );
}

/** Moves the focus to the section of a button that will be gone. */
function leave(button: HTMLElement): void {
  button.closest("section")?.focus();
}
