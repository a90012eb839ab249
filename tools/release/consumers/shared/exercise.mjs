/**
 * Sends one event by each module that is given, named after it, and fails unless Intercom has taken it.
 *
 * @param {Record<string, any>} modules some of `core`, `node`, `deno`, `relay`, and `relayNode` with `http`
 * @param {{ baseUrl: string, token: string, userId: string }} settings the emulator, and whose events they are
 */
export async function exercise(modules, { baseUrl, token, userId }) {
  const { core, node, deno, relay, relayNode, http } = modules;
  const metadataBy = ({ monetaryAmount, richLink }) => ({
    order_date: new Date(1_392_036_272_000),
    price: monetaryAmount.fromDecimal("349.99", "eur"),
    order_number: richLink("https://example.org/orders/3434", "3434"),
    gift: true,
  });
  const must = (outcome) => {
    if (outcome.status !== "accepted") throw new Error(`The event ended as ${JSON.stringify(outcome)}`);
  };
  const plainClient = () =>
    core.createClient({
      token,
      baseUrl,
      transport: (request) => fetch(request.url, { ...request, redirect: "manual" }),
    });
  const clients = {
    core: core && plainClient,
    node: node && (() => node.createClient({ token, baseUrl })),
    deno: deno && (() => deno.createClient({ token, baseUrl })),
  };
  for (const [name, create] of Object.entries(clients)) {
    if (!create) continue;
    const client = create();
    must(await client.track({ userId, eventName: `from-${name}`, metadata: metadataBy(modules[name]) }));
    await client.close();
  }
  if (!relay) return;

  const client = (clients.node ?? clients.deno ?? clients.core)();
  const endpoint = relay.createRelay({
    client,
    identify: () => ({ userId }),
    events: ["from-relay", "from-relayNode"],
    waitFor: "outcome",
    allowNonBrowsers: true,
  });
  const batch = (event_name) => {
    const price = { amount: 34_999, currency: "eur" };
    const order_number = { url: "https://example.org/orders/3434", value: "3434" };
    const metadata = { order_date: 1_392_036_272, price, order_number, gift: true };
    const events = [{ event_name, created_at: Math.floor(Date.now() / 1000), metadata }];
    return {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ events }),
    };
  };
  const taken = async (reply) => {
    const text = await reply.text();
    if (reply.status !== 200) throw new Error(`The relay answered ${reply.status} ${text}`);
    must(JSON.parse(text).results[0]);
  };
  await taken(await endpoint.fetch(new Request("https://shop.example/events", batch("from-relay"))));
  if (relayNode) {
    const server = http.createServer(relayNode.toNodeHandler(endpoint));
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    await taken(await fetch(`http://127.0.0.1:${server.address().port}/`, batch("from-relayNode")));
    server.closeAllConnections();
    server.close();
  }
  await client.close();
}

/** The settings that the environment holds. */
export function settingsOf(env) {
  return { baseUrl: env.INTERCOM_BASE_URL, token: env.INTERCOM_ACCESS_TOKEN, userId: env.RUN };
}
