/** Jest runs CommonJS in a context of its own, where `import()` fails and the errors of Node.js are those of another realm. */
const { createClient, monetaryAmount, richLink } = require("@intercom-events/node");

test("an event is accepted", async () => {
  const { INTERCOM_BASE_URL: baseUrl, INTERCOM_ACCESS_TOKEN: token, RUN: userId } = process.env;
  const client = createClient({ token, baseUrl });
  const metadata = {
    order_date: new Date(1_392_036_272_000),
    price: monetaryAmount.fromDecimal("349.99", "eur"),
    order_number: richLink("https://example.org/orders/3434", "3434"),
    gift: true,
  };
  const outcome = await client.track({ userId, eventName: "from-node", metadata });
  expect(outcome).toMatchObject({ status: "accepted" });
  await client.close();
});

test("what no reply means is said", async () => {
  const client = createClient({ token: "token", baseUrl: "http://127.0.0.1:9" });
  await expect(client.summaries({ userId: "1" })).rejects.toThrow("ECONNREFUSED");
  await client.close();
});
