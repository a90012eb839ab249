import type { ClientEvents } from "./client.ts";
import { messageOf } from "./describe.ts";
import { createEmitter, type Emitter } from "./emitter.ts";
import type { Issue } from "./issue.ts";
import { describeLoss } from "./losses.ts";
import type { Outcome } from "./outcome.ts";

/** Tells the program what happens; {@link createVoice}. */
export interface Voice {
  readonly on: Emitter<ClientEvents>["on"];
  /** An event has ended. @param body its JSON, if it had one */
  outcome(outcome: Outcome, body?: string): void;
  /** An event is sent although something about it deserves a look. */
  warning(warnings: readonly Issue[], body: string): void;
  /** Warns of something, unless it has warned of that kind before. */
  once(kind: string, message: string): void;
}

const NAMES = ["outcome", "retry", "paused", "resumed", "warning"] as const;

/** Tells listeners; where nobody listens, warns of each kind of loss once. */
export function createVoice(warn: (message: string) => void): Voice {
  const told = new Set<string>();
  const emitter = createEmitter<ClientEvents>(NAMES, (name, error) => {
    once(`listener ${name}`, `A listener of "${name}" threw: ${messageOf(error)}`);
  });

  function once(kind: string, message: string): void {
    if (told.has(kind)) return;
    told.add(kind);
    try {
      warn(`intercom-events: ${message}. Further ones like it are only counted and told to listeners.`);
    } catch {
      // Whoever throws while being warned does not want to hear of it, and track must not throw.
    }
  }

  return {
    on: emitter.on,
    once,
    outcome(outcome, body) {
      if (emitter.has("outcome")) {
        emitter.emit("outcome", body === undefined ? { outcome } : { outcome, event: JSON.parse(body) });
        return;
      }
      const loss = describeLoss(outcome);
      if (loss) once(loss.kind, loss.message);
    },
    warning(warnings, body) {
      if (emitter.has("warning")) emitter.emit("warning", { warnings, event: JSON.parse(body) });
      else for (const { code, message } of warnings) once(code, message);
    },
  };
}
