import type { JSX } from "preact";
import { useState } from "preact/hooks";

/** Puts text on the clipboard, and says so. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }): JSX.Element {
  const [said, setSaid] = useState("");
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      setSaid("Cannot copy: select the text instead");
    }
    setTimeout(() => setSaid(""), 2000);
  }
  return (
    <button type="button" onClick={() => void copy()}>
      <span aria-live="polite">{said || label}</span>
    </button>
  );
}
