import { createEmulator, type Emulator } from "@intercom-events/emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Copy, copyExample } from "./copy-example.ts";
import { type Running, runScript } from "./run-script.ts";

const TOKEN = "token-of-the-examples";

/** Examples that serve, each with the command of its README. */
const SERVERS: Readonly<Record<string, [string, ...string[]]>> = {
  express: ["npm", "start"],
  fastify: ["npm", "start"],
  hono: ["npm", "start"],
  bun: ["npm", "start"],
  deno: ["deno", "task", "start"],
  "cloudflare-worker": ["npm", "start"],
};

for (const [name, command] of Object.entries(SERVERS)) {
  describe(name, () => {
    let emulator: Emulator;
    let copy: Copy;
    let server: Running;
    let origin: string;

    beforeAll(async () => {
      emulator = createEmulator({ tokens: TOKEN });
      const [{ url }, made] = await Promise.all([emulator.listen(), copyExample(name)]);
      copy = made;
      const env = { INTERCOM_BASE_URL: url, INTERCOM_ACCESS_TOKEN: TOKEN, PORT: "0" };
      server = runScript(copy.directory, command, env);
      origin = await server.address();
    });

    afterAll(async () => {
      await server?.[Symbol.asyncDispose]();
      await copy?.[Symbol.asyncDispose]();
      await emulator?.close();
    });

    /** Sends what a page would send. */
    function send(eventName: string, headers: Record<string, string>): Promise<Response> {
      const created_at = Math.floor(Date.now() / 1000);
      return fetch(`${origin}/intercom/events`, {
        method: "POST",
        headers: { origin, "content-type": "text/plain;charset=UTF-8", ...headers },
        body: JSON.stringify({ events: [{ event_name: eventName, created_at }] }),
      });
    }

    test("the server's own event arrives", async () => {
      const reply = await fetch(`${origin}/orders`, { method: "POST" });
      expect(reply.status, server.output()).toBe(201);
      await emulator.waitForEvent({
        eventName: "placed-order",
        contact: "314159",
        metadata: { price: { amount: 34999, currency: "eur" } },
      });
    });

    test("a page's event arrives, as that of the caller", async () => {
      const reply = await send("viewed-pricing", { cookie: "user=2718" });
      expect(await reply.json(), server.output()).toEqual({ results: [{ status: "accepted" }] });
      await emulator.waitForEvent({ eventName: "viewed-pricing", contact: "2718" });
    });

    test("events of many callers at a time arrive", async () => {
      const users = Array.from({ length: 20 }, (_, n) => `many${n}`);
      const replies = await Promise.all(
        users.map((user) => send("viewed-pricing", { cookie: `user=${user}` })),
      );
      expect(replies.map(({ status }) => status)).toEqual(users.map(() => 200));
      await Promise.all(
        users.map((contact) => emulator.waitForEvent({ eventName: "viewed-pricing", contact })),
      );
    });

    test("what is not allowed is refused, and goes no further", async () => {
      const cookie = "user=1618";
      const [unknown, foreign, other] = await Promise.all([
        send("viewed-pricing", {}),
        send("viewed-pricing", { cookie, origin: "https://evil.example" }),
        send("other", { cookie }),
      ]);
      expect([unknown.status, foreign.status]).toEqual([401, 403]);
      expect(await other.json()).toEqual({ results: [{ status: "rejected", code: "name_not_allowed" }] });
      expect(emulator.events({ contact: "1618" })).toEqual([]);
      expect(emulator.requests({ result: "refused" })).toEqual([]);
    });

    // The other one runs on a platform that ends it by itself.
    test.skipIf(name === "cloudflare-worker")(
      "no event of a request it has answered is lost at SIGTERM",
      async () => {
        emulator.reset();
        emulator.setFaults([{ delayMs: 1000 }]); // A client that is closed takes a while.
        let answered = 0;
        const order = async (): Promise<void> => {
          const { ok } = await fetch(`${origin}/orders`, { method: "POST" });
          if (ok) answered += 1;
        };
        for (let count = 0; count < 5; count += 1) await order();
        server.terminate();
        // Until it takes no more requests.
        for (let count = 0, isOpen = true; count < 20 && isOpen; count += 1)
          isOpen = await order().then(
            () => true,
            () => false,
          );
        await server.ended;
        expect(answered).toBeGreaterThanOrEqual(5);
        expect(emulator.events({ contact: "314159" }), server.output()).toHaveLength(answered);
      },
    );
  });
}
