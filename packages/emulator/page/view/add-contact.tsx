import type { JSX } from "preact";
import { callControl } from "../model/api.ts";
import { ActionError } from "./action-error.tsx";
import { useAction } from "./use-action.ts";

/** A form that adds a contact. */
export function AddContact(): JSX.Element {
  const { error, run } = useAction();

  async function add(form: HTMLFormElement): Promise<void> {
    const given = [...new FormData(form)].filter(([, value]) => value !== "");
    const body = [Object.fromEntries(given)];
    if (await run(() => callControl("contacts", { method: "POST", body }))) form.reset();
  }

  return (
    <details class="adding">
      <summary>Add a contact</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void add(event.currentTarget);
        }}
      >
        <label>
          User id <input name="user_id" autocomplete="off" />
        </label>
        <label>
          E-mail <input name="email" autocomplete="off" />
        </label>
        <label>
          Role{" "}
          <select name="role">
            <option>user</option>
            <option>lead</option>
            <option>visitor</option>
          </select>
        </label>
        <button type="submit">Add</button>
        <ActionError error={error} />
      </form>
    </details>
  );
}
