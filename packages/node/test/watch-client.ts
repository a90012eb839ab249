import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { unaccounted } from "../../core/tests/start-client.ts";
import type { Client, ClientEvents } from "../src/index.ts";

/** What listeners of a client are told of. */
export const LISTENED = ["outcome", "retry", "paused", "resumed", "warning"] as const;

/** All channels a client publishes to. */
export const CHANNELS = [...LISTENED, "tracked", "stored", "attempt"].map(
  (name) => `intercom-events:${name}`,
);

/** What a client has told, and whether its counts were right whenever anybody could look. */
export interface WatchedClient {
  readonly told: { readonly [Name in keyof ClientEvents]: ClientEvents[Name][] };
  /** Looks now. */
  look(when: string): void;
  /** Ends the watch. @throws {Error} if events were ever unaccounted for, or nobody looked */
  end(): void;
}

/**
 * Looks at the counts of a client whenever it tells anybody anything, and every few milliseconds.
 *
 * @param channels those whose messages are moments to look at as well
 */
export function watchClient(client: Client, channels: readonly string[] = CHANNELS): WatchedClient {
  const told: WatchedClient["told"] = { outcome: [], retry: [], paused: [], resumed: [], warning: [] };
  const wrong = new Set<string>();
  let looks = 0;

  function look(when: string): void {
    looks += 1;
    const stats = client.stats();
    const missing = unaccounted(stats);
    if (missing !== 0 || stats.pending < 0)
      wrong.add(`${when}: ${missing} of ${stats.tracked} unaccounted for`);
  }

  const ends = LISTENED.map((name) =>
    client.on(name, (payload) => {
      told[name].push(payload as never);
      look(name);
    }),
  );
  const onMessage = (_: unknown, name: string | symbol) => look(String(name));
  for (const name of channels) subscribe(name, onMessage);
  const timer = setInterval(() => look("in between"), 2);
  return {
    told,
    look,
    end() {
      clearInterval(timer);
      for (const name of channels) unsubscribe(name, onMessage);
      for (const end of ends) end();
      if (looks === 0) throw new Error("Nobody looked at the counts");
      if (wrong.size > 0) throw new Error([...wrong].join("\n"));
    },
  };
}
