import type { WireEvent } from "../src/event.ts";
import type { Transport, WireReply } from "../src/transport.ts";
import type { FakeClock } from "./fake-clock.ts";

/** What happens to one request. */
export type Fate =
  | { readonly kind: "reply" }
  /** Refused by a status, before anything is stored. */
  | { readonly kind: "status"; readonly status: 401 | 404 | 422 | 429 | 500 | 503 }
  /** The connection breaks, before or after the event is stored. */
  | { readonly kind: "reset"; readonly isStored: boolean }
  /** Nothing is ever said, before or after the event is stored. */
  | { readonly kind: "silence"; readonly isStored: boolean };

/** Intercom as it is seen from outside, in a time of its own. */
export interface SimulatedIntercom {
  readonly send: Transport;
  /** Bodies of the events stored, in order; Intercom keeps one of each contact, name and second. */
  readonly stored: readonly string[];
  /** All bodies that came. */
  readonly requests: readonly string[];
  /** Requests refused for having come too often. */
  limited(): number;
}

const WINDOW = 10_000;

/**
 * @param fateOf what happens to the request of a number
 * @param ahead how far Intercom's clock is ahead, in milliseconds
 */
export function simulatedIntercom(
  clock: FakeClock,
  fateOf: (request: number) => Fate,
  limit = 1667,
  ahead = 0,
): SimulatedIntercom {
  const byKey = new Map<string, string>();
  const requests: string[] = [];
  const counts = new Map<number, number>();
  let limited = 0;

  function store(body: string): void {
    const event = JSON.parse(body) as WireEvent & Record<string, unknown>;
    const key = JSON.stringify([event.user_id, event.email, event.id, event.event_name, event.created_at]);
    if (!byKey.has(key)) byKey.set(key, body);
  }

  async function send({ body = "" }: { body?: string }): Promise<WireReply> {
    requests.push(body);
    const now = clock.now() + ahead;
    const window = Math.floor(now / WINDOW);
    const used = (counts.get(window) ?? 0) + 1;
    counts.set(window, used);
    const headers = new Headers({
      date: new Date(now).toUTCString(),
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(Math.max(0, limit - used)),
      "x-ratelimit-reset": String((window + 1) * 10),
    });
    const reply = (status: number): WireReply => ({ status, headers, text: async () => "" });
    if (used > limit) {
      limited += 1;
      return reply(429);
    }
    const fate = fateOf(requests.length);
    if (fate.kind === "status") return reply(fate.status);
    if (fate.kind === "reply" || fate.isStored) store(body);
    if (fate.kind === "reply") return reply(202);
    if (fate.kind === "reset") throw new Error("reset");
    return new Promise(() => undefined);
  }

  return {
    send: send as Transport,
    get stored() {
      return [...byKey.values()];
    },
    requests,
    limited: () => limited,
  };
}
