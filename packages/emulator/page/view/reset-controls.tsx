import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { callControl } from "../model/api.ts";
import { ActionError } from "./action-error.tsx";
import { useAction } from "./use-action.ts";

/** Exports everything, and forgets everything once that is confirmed. */
export function ResetControls(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const { error, run } = useAction();

  async function forget(): Promise<void> {
    dialog.current?.close();
    await run(() => callControl("state", { method: "DELETE" }));
  }

  return (
    <section aria-labelledby="reset-title">
      <h2 id="reset-title">What is stored</h2>
      <div class="buttons">
        <a class="button" href="/_emulator/export" download="intercom-events.ndjson">
          Export
        </a>
        <button type="button" class="danger" onClick={() => dialog.current?.showModal()}>
          Forget everything…
        </button>
      </div>
      <ActionError error={error} />
      <dialog ref={dialog} aria-labelledby="forget-title">
        <h2 id="forget-title">Forget everything?</h2>
        <p>
          Events, requests, contacts, names and rate windows are gone. Faults and clock are as at the start.
        </p>
        <div class="buttons">
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="button" class="danger" onClick={() => void forget()}>
            Forget everything
          </button>
        </div>
      </dialog>
    </section>
  );
}
