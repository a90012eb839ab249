import { createClient } from "./index.ts";

const EVENT = { userId: "314159", eventName: "logged-in" } as const;

Deno.test({
  name: "without permission for the network an event is unreachable, and the reason is told",
  permissions: "none",
  async fn() {
    const warnings: string[] = [];
    await using client = createClient({
      token: "distinctive-token",
      baseUrl: "http://127.0.0.1:4010",
      retry: { attempts: 1 },
      warn: (message) => void warnings.push(message),
    });
    const outcome = await client.track(EVENT);
    if (outcome.status !== "rejected" || outcome.verdict.kind !== "unreachable")
      throw new Error(`Expected it to be unreachable, got ${JSON.stringify(outcome)}`);
    const [warning, ...more] = warnings;
    if (more.length > 0 || !warning?.includes("--allow-net")) throw new Error(`It is not told: ${warning}`);
    const printed = Deno.inspect({ outcome, client }, { depth: 10, showHidden: true } as never) + warning;
    if (printed.includes("distinctive-token")) throw new Error("The token is told");
  },
});

Deno.test({
  name: "importing it and making a client needs no permission",
  permissions: "none",
  async fn() {
    const client = createClient({ token: "token" });
    const { dropped } = await client.close();
    if (dropped !== 0) throw new Error("Nothing was to be dropped");
  },
});
