import { callSafely } from "./call-safely.ts";
import type { ClientEvents } from "./client.ts";
import { messageOf } from "./describe.ts";
import { describeLoss } from "./describe-loss.ts";
import type { DiagnosticChannel, DiagnosticEvents } from "./diagnostics.ts";
import { createEmitter, type Emitter } from "./emitter.ts";
import type { WireEvent } from "./event.ts";
import { explain, type FailedVerdict } from "./intercom-error.ts";
import type { Issue } from "./issue.ts";
import { oneLine } from "./one-line.ts";
import type { Outcome } from "./outcome.ts";

/** Tells the program what happens; {@link createNotifier}. */
export interface Notifier {
  readonly on: Emitter<ClientEvents>["on"];
  /** Whether anybody wants to be told of events as they are tracked. */
  isTraced(): boolean;
  tracked(body: string): void;
  stored(body: string): void;
  attempt(body: string, attempts: number): void;
  /** An event has ended. @param body its JSON, if it had one, else its name where that is known */
  outcome(outcome: Outcome, body?: string, eventName?: string): void;
  /** An event will be sent again. */
  retry(body: string, verdict: FailedVerdict, times: RetryTimes): void;
  /** Somebody has waited in vain for events to end. */
  gaveUp(): void;
  paused(verdict: FailedVerdict): void;
  resumed(): void;
  /** An event is sent although something about it deserves a look. */
  warning(warnings: readonly Issue[], body: string): void;
  /** Warns of something, unless it has warned of that kind before. */
  warnOnce(kind: string, message: string): void;
  /** Warns of something each time. */
  warn(message: string): void;
}

/** What is known of an event that will be sent again, in milliseconds. */
interface RetryTimes {
  /** Until then. */
  readonly delay: number;
  /** For which nothing has got through. */
  readonly outage: number;
  /** For which its contact has been missing. */
  readonly missing: number;
}

/**
 * Milliseconds after which a contact is missing for longer than it takes to make one, and an outage is no hiccup: what it
 * may be is a proxy, a firewall or a permission that is missing.
 */
const WORTH_A_WARNING = 10_000;

/** Characters of an event's name that are said. */
const MAX_NAME = 40;

const LISTENED = ["outcome", "retry", "paused", "resumed", "warning"] as const;

/**
 * Tells listeners and channels; where no listener is, warns of each kind of loss once.
 *
 * @param warn told of losses
 * @param channel the channel of a name
 */
export function createNotifier(
  warn: (message: string) => void,
  channel?: (name: string) => DiagnosticChannel,
): Notifier {
  const told = new Set<string>();
  /** Of an event that will be sent again, unless one has ended since, or the token was refused. */
  let lastFailure: { readonly body: string; readonly verdict: FailedVerdict } | undefined;
  const emitter = createEmitter<ClientEvents>(LISTENED, (name, error) => {
    warnOnce(`listener ${name}`, `A listener of "${name}" threw: ${messageOf(error)}`);
  });
  const channels = new Map<string, DiagnosticChannel>();
  for (const name of [...LISTENED, "tracked", "stored", "attempt"] as const)
    if (channel) channels.set(name, channel(name));

  const traced = channels.get("tracked"); // Asked with each event.

  /** @param nameOf answers which event it is about: whoever reads it looks for the line that tracks that */
  function warnOnce(kind: string, message: string, nameOf?: () => unknown): void {
    if (told.has(kind)) return;
    told.add(kind);
    const name = nameOf?.();
    const which =
      name === undefined ? "" : ` (event ${oneLine(JSON.stringify(String(name).slice(0, MAX_NAME)))})`;
    say(`${oneLine(message)}${which}. Further ones like it are only counted and told to listeners.`);
  }

  function say(line: string): void {
    // Whoever throws while being warned does not want to hear of it, and track must not throw.
    callSafely(warn, `intercom-events: ${line}`, () => undefined);
  }

  /** Makes the payload only if somebody wants it. */
  function publish<Name extends keyof DiagnosticEvents>(
    name: Name,
    payload: () => DiagnosticEvents[Name],
  ): void {
    const wanted = channels.get(name);
    if (!wanted?.hasSubscribers) return;
    callSafely(wanted.publish.bind(wanted), payload(), (error) => {
      warnOnce(`channel ${name}`, `The channel "${name}" threw: ${messageOf(error)}`);
    });
  }

  /** Tells channels and listeners, and whether there was a listener. */
  function tell<Name extends keyof ClientEvents>(name: Name, payload: () => ClientEvents[Name]): boolean {
    publish(name, payload as () => DiagnosticEvents[Name]);
    if (!emitter.has(name)) return false;
    emitter.emit(name, payload());
    return true;
  }

  return {
    on: emitter.on,
    warnOnce,
    warn: (message) => say(`${oneLine(message)}.`),
    isTraced: () => traced?.hasSubscribers ?? false,
    tracked: (body) => publish("tracked", () => ({ event: JSON.parse(body) })),
    stored: (body) => publish("stored", () => ({ event: JSON.parse(body) })),
    attempt: (body, attempts) => publish("attempt", () => ({ event: JSON.parse(body), attempts })),
    outcome(outcome, body, eventName) {
      lastFailure = undefined;
      const payload = () =>
        body === undefined ? { outcome } : { outcome, event: JSON.parse(body) as WireEvent };
      if (tell("outcome", payload)) return;
      const loss = describeLoss(outcome);
      if (loss) warnOnce(loss.kind, loss.message, body === undefined ? () => eventName : nameIn(body));
    },
    retry(body, verdict, { delay, outage, missing }) {
      if (tell("retry", () => ({ event: JSON.parse(body), verdict, delay }))) return;
      lastFailure = { body, verdict };
      if (outage >= WORTH_A_WARNING) {
        const seconds = Math.round(outage / 1000);
        warnOnce(
          "outage",
          `Nothing could be sent for ${seconds} s: ${explain(verdict)}; events wait and are sent again`,
        );
      }
      if (missing >= WORTH_A_WARNING) {
        const seconds = Math.round(missing / 1000);
        warnOnce(
          "missing",
          `An event waits for its contact, missing for ${seconds} s: ${explain(verdict)}; it is sent again for as long as retry.holdContact says`,
          nameIn(body),
        );
      }
    },
    gaveUp() {
      if (!lastFailure || told.has("outage") || told.has("missing")) return;
      const { body, verdict } = lastFailure;
      warnOnce("waiting", `An event has no outcome yet: ${explain(verdict)}`, nameIn(body));
    },
    paused(verdict) {
      lastFailure = undefined;
      if (tell("paused", () => ({ verdict }))) return;
      warnOnce(
        "paused",
        `Nothing is being sent: ${explain(verdict)}; events wait for another token or resume()`,
      );
    },
    resumed: () => void tell("resumed", () => ({})),
    warning(warnings, body) {
      if (tell("warning", () => ({ warnings, event: JSON.parse(body) }))) return;
      for (const { code, message } of warnings) warnOnce(code, message, nameIn(body));
    },
  };
}

/** Reads the name of an event whose JSON it is, when asked; what an outbox hands out may have any. */
function nameIn(body: string): () => unknown {
  return () => JSON.parse(body).event_name;
}
