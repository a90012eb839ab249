import type { Change } from "../../src/change.ts";
import type { StreamState } from "../../src/change-stream.ts";

/** How the page stands to the emulator. */
export type Connection = "connecting" | "live" | "lost";

/** What came by the stream. */
export type Message =
  | { readonly type: "state"; readonly state: StreamState }
  | { readonly type: "dropped" }
  | Change;

/** Who follows the stream. */
export interface Follower {
  onConnection(connection: Connection): void;
  /** What came since the last call, in order. */
  onMessages(messages: readonly Message[]): void;
}

/** Messages are handed over so often, that many a second do not draw the page as many times. */
const batchMs = 100;
const retryMs = 1500;

/** The name of what a change carries besides its type. */
const payloadNames = {
  event: "event",
  request: "request",
  rate: "rate",
  contact: "contact",
  contacts_cleared: "",
  event_name: "eventName",
  event_count: "eventCount",
  faults: "faults",
  clock: "clock",
  reset: "",
} as const satisfies Record<Change["type"], string>;

/** Follows what changes in the emulator, and connects again whenever that ends. */
export function followStream({ onConnection, onMessages }: Follower): void {
  let waiting: Message[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    timer = undefined;
    const messages = waiting;
    waiting = [];
    onMessages(messages);
  }

  function push(message: Message): void {
    waiting.push(message);
    if (timer === undefined) timer = setTimeout(flush, batchMs);
  }

  function connect(): void {
    onConnection("connecting");
    const source = new EventSource("/_emulator/stream");
    const again = (): void => {
      source.close();
      setTimeout(connect, retryMs);
    };
    source.onerror = () => {
      onConnection("lost");
      again();
    };
    source.addEventListener("state", ({ data }) => {
      onConnection("live");
      push({ type: "state", state: JSON.parse(data) as StreamState });
    });
    // What was missed is not known: start over.
    source.addEventListener("dropped", () => {
      push({ type: "dropped" });
      again();
    });
    for (const [type, name] of Object.entries(payloadNames)) {
      source.addEventListener(type, ({ data }: MessageEvent<string>) => {
        push({ type, ...(name && { [name]: JSON.parse(data) as unknown }) } as Change);
      });
    }
  }

  connect();
}
