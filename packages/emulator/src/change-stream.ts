import type { Change } from "./change.ts";
import type { ClockState } from "./clock.ts";
import type { EmulatorState, EmulatorStats } from "./emulator-state.ts";
import type { PlannedFault } from "./fault-plan.ts";
import type { Policy } from "./options.ts";
import type { RateWindow } from "./rate-window.ts";

/** How the emulator was set up. */
export interface StreamSettings extends Pick<Policy, "contacts" | "eventNames" | "metadataKeys"> {
  /** True: any non-empty token is accepted. */
  readonly anyToken: boolean;
}

/** The data of the stream's first message. */
export interface StreamState {
  readonly clock: ClockState;
  readonly faults: readonly PlannedFault[];
  readonly rates: readonly RateWindow[];
  readonly settings: StreamSettings;
  readonly stats: EmulatorStats;
}

/** How much a client that reads slowly may leave waiting, in characters. What comes then is left out. */
const waitingLimit = 1024 ** 2;

/**
 * Everything that changes from now on, as server-sent events; each is named after the change's type.
 * The first, `state`, says how things stand. `dropped` stands where a slow client missed some, with
 * their number. Ends when the signal aborts.
 */
export async function* streamChanges(state: EmulatorState, signal: AbortSignal): AsyncGenerator<string> {
  let waiting: string[] = [];
  let length = 0;
  let dropped = 0;
  let wake: () => void = () => {};

  const stop = state.changes.listen((change) => {
    const text = serverSentEvent(change.type, payloadOf(change));
    if (dropped > 0 || length + text.length > waitingLimit) dropped += 1;
    else {
      waiting.push(text);
      length += text.length;
    }
    wake();
  });

  function woken(): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
    });
  }

  function take(): string {
    const missed = dropped > 0 ? serverSentEvent("dropped", { count: dropped }) : "";
    const text = waiting.join("") + missed;
    waiting = [];
    length = 0;
    dropped = 0;
    return text;
  }

  const end = (): void => wake();
  signal.addEventListener("abort", end);
  try {
    yield serverSentEvent("state", {
      clock: state.clock.state(),
      faults: state.faults.list(),
      rates: state.rates(),
      settings: settingsOf(state.policy),
      stats: state.stats(),
    } satisfies StreamState);
    while (!signal.aborted) {
      const text = take();
      if (text !== "") yield text;
      else await woken();
    }
  } finally {
    stop();
    signal.removeEventListener("abort", end);
  }
}

/** What a follower cannot find out by itself. Tokens are not told. */
function settingsOf({ contacts, eventNames, metadataKeys, tokens }: Policy): StreamSettings {
  return { anyToken: tokens === undefined, contacts, eventNames, metadataKeys };
}

function payloadOf(change: Change): unknown {
  const { type: _, ...payload } = change;
  return Object.values(payload)[0] ?? {};
}

/** JSON has no line breaks, so one line of data is enough. */
function serverSentEvent(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
