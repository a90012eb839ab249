import type { RelayEvent, RelayRequest, RelayResult } from "@intercom-events/core";
import type { FakeRequest } from "./fake-tabs.ts";

/** What goes wrong with one request. */
export type Fault =
  | "none"
  | "lost before"
  | "lost after"
  | "500"
  | "503 later"
  | "429"
  | "garbage"
  | "short"
  | "retry each";

/** A relay before an Intercom that keeps one event of a name and second. */
export interface SimulatedRelay {
  answer(request: FakeRequest): Promise<Response>;
  /** What is kept, by name and second; several of the same place only if their bodies differ. */
  readonly kept: Map<string, Set<string>>;
  readonly events: RelayEvent[];
}

/** Answers as `spec/relay.yaml` says, with the faults it is told. */
export function simulatedRelay(nextFault: () => Fault, now: () => number): SimulatedRelay {
  const kept = new Map<string, Set<string>>();
  const events: RelayEvent[] = [];

  function keep(event: RelayEvent): RelayResult {
    if (event.event_name === "not-allowed") return { status: "rejected", code: "name_not_allowed" };
    const key = `${event.event_name} ${event.created_at}`;
    const body = JSON.stringify(event);
    const there = kept.get(key);
    if (there) {
      there.add(body);
      return { status: "duplicate" };
    }
    kept.set(key, new Set([body]));
    events.push(event);
    return { status: "accepted" };
  }

  function reply(status: number, body: unknown, headers: Record<string, string> = {}): Response {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return new Response(text, { status, headers: { date: new Date(now()).toUTCString(), ...headers } });
  }

  return {
    kept,
    events,
    async answer({ body }) {
      const fault = nextFault();
      await new Promise(setImmediate);
      if (fault === "lost before") throw new TypeError("Failed to fetch");
      if (fault === "500") return reply(500, "<html>");
      if (fault === "503 later")
        return reply(503, { error: { code: "unavailable", message: "" } }, { "retry-after": "3" });
      if (fault === "429")
        return reply(429, { error: { code: "rate_limited", message: "" } }, { "retry-after": "2" });
      const request = JSON.parse(body) as RelayRequest;
      if (fault === "retry each") {
        return reply(200, { results: request.events.map(() => ({ status: "retry", code: "not_stored" })) });
      }
      const results = request.events.map(keep);
      if (fault === "lost after") throw new TypeError("Failed to fetch");
      if (fault === "garbage") return reply(200, "{");
      if (fault === "short") return reply(200, { results: results.slice(1) });
      return reply(200, { results });
    },
  };
}
