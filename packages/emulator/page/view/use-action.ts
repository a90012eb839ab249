import { useState } from "preact/hooks";

/** Something the page asks of the emulator, and how it went. */
export interface Action {
  /** Why it failed last; empty when it did not. */
  readonly error: string;
  /** Runs it; true when it worked. */
  run(call: () => Promise<unknown>): Promise<boolean>;
}

/** Runs calls, and keeps what the last one failed with. */
export function useAction(): Action {
  const [error, setError] = useState("");
  async function run(call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call();
      setError("");
      return true;
    } catch (reason) {
      setError((reason as Error).message);
      return false;
    }
  }
  return { error, run };
}
