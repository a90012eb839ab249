/**
 * The relay in Deno.serve, before a real emulator:
 *
 *     node ../../tools/with-emulator.ts deno test --allow-net=127.0.0.1 test/serve.deno-test.ts
 */
import { createClient, IntercomError } from "@intercom-events/deno";
import { assertEqual } from "../../core/tests/assert-equal.ts";
import { TOKENS } from "../../core/tests/conformance-emulator.ts";
import { createRelay, signedIdentity } from "../src/index.ts";

const baseUrl = Deno.args.at(-1) ?? "";
const SECRET = "a-secret-that-only-the-site-knows-123";
const now = Math.floor(Date.now() / 1000);

/** Serves a relay during a test. */
async function withRelay(test: (origin: string) => Promise<void>): Promise<void> {
  await using client = createClient({ token: TOKENS.full, baseUrl });
  const relay = createRelay({
    client,
    identify: async (request, caller) => {
      const user = /user=([\w-]+)/.exec(request.headers.get("cookie") ?? "")?.[1];
      return user === undefined
        ? await signedIdentity({ secret: SECRET })(request, caller)
        : { userId: user };
    },
    events: ["viewed-pricing", "placed-order"],
    waitFor: "outcome",
    maxBytes: 2000,
    bodyTimeout: 100,
  });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => undefined }, relay.fetch);
  try {
    await test(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

function send(origin: string, body: BodyInit, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${origin}/intercom/events`, {
    method: "POST",
    headers: { origin, "content-type": "text/plain;charset=UTF-8", ...headers },
    body,
  });
}

/** A token as a site would make it. */
async function sign(user_id: string): Promise<string> {
  const encode = (text: string) => btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const bytes = new TextEncoder();
  const data = `${encode('{"alg":"HS256"}')}.${encode(JSON.stringify({ user_id, exp: now + 60 }))}`;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes.encode(SECRET), algorithm, false, ["sign"]);
  const signature = await crypto.subtle.sign("HMAC", key, bytes.encode(data));
  return `${data}.${encode(String.fromCharCode(...new Uint8Array(signature)))}`;
}

/** The names of a contact's events, as Intercom lists them. */
async function eventsOf(userId: string): Promise<string[]> {
  await using client = createClient({ token: TOKENS.full, baseUrl });
  const names: string[] = [];
  try {
    for await (const { eventName } of client.events({ userId })) names.push(eventName);
  } catch (error) {
    // Intercom has never heard of the contact.
    if (!(error instanceof IntercomError) || error.verdict.kind !== "contact_not_found") throw error;
  }
  return names;
}

Deno.test("Deno.serve: events of a caller known by a cookie, or by a signed token, are delivered", () =>
  withRelay(async (origin) => {
    const events = [
      { event_name: "placed-order", created_at: now, metadata: { order_date: now } },
      { event_name: "other", created_at: now },
    ];
    const expected = { results: [{ status: "accepted" }, { status: "rejected", code: "name_not_allowed" }] };
    const known = await send(origin, JSON.stringify({ events }), { cookie: "user=deno-cookie" });
    assertEqual(await known.json(), expected);
    const signed = await send(origin, JSON.stringify({ events, identity: await sign("deno-token") }));
    assertEqual(await signed.json(), expected);
    assertEqual(await eventsOf("deno-cookie"), ["placed-order"]);
    assertEqual(await eventsOf("deno-token"), ["placed-order"]);
  }));

Deno.test("Deno.serve: what is wrong is refused", () =>
  withRelay(async (origin) => {
    const body = JSON.stringify({ events: [{ event_name: "viewed-pricing", created_at: now }] });
    const cookie = "user=deno-refused";
    for (const [status, sent, headers] of [
      [401, body, {}],
      [403, body, { cookie, origin: "https://evil.example" }],
      [415, body, { cookie, "content-type": "text/html" }],
      [400, "{", { cookie }],
      [413, "x".repeat(3000), { cookie }],
    ] as const) {
      const reply = await send(origin, sent, headers);
      await reply.body?.cancel();
      assertEqual([reply.status, reply.headers.get("date") !== null], [status, true]);
    }
    assertEqual(await eventsOf("deno-refused"), []);
  }));

Deno.test("Deno.serve: a body without an end, and one that does not come, are given up", () =>
  withRelay(async (origin) => {
    const { host, hostname, port } = new URL(origin);
    const head = `POST / HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nCookie: user=1\r\nContent-Type: text/plain\r\n`;
    for (const [status, rest] of [
      [413, `Transfer-Encoding: chunked\r\n\r\n${`3e8\r\n${"x".repeat(1000)}\r\n`.repeat(5)}`],
      [408, "Content-Length: 100\r\n\r\n{"],
    ] as const) {
      const connection = await Deno.connect({ hostname, port: Number(port) });
      await connection.write(new TextEncoder().encode(head + rest));
      const reply = new Uint8Array(1000);
      await connection.read(reply);
      connection.close();
      assertEqual(new TextDecoder().decode(reply).slice(0, 12), `HTTP/1.1 ${status}`);
    }
  }));

Deno.test("Deno.serve: a preflight is answered, other methods are not", () =>
  withRelay(async (origin) => {
    const preflight = await fetch(`${origin}/`, { method: "OPTIONS", headers: { origin } });
    assertEqual([preflight.status, await preflight.text()], [204, ""]);
    const got = await fetch(`${origin}/`, { headers: { origin } });
    await got.body?.cancel();
    assertEqual(got.status, 405);
  }));
