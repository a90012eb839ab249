import type { JSX } from "preact";

/** What went wrong, said at once. */
export function ActionError({ error }: { readonly error: string }): JSX.Element | null {
  return error ? (
    <p class="bad" role="alert">
      {error}
    </p>
  ) : null;
}
