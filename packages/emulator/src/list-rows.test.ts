import { expect, test } from "vitest";
import { createBench, event } from "../test/emulator-bench.ts";

/** The values of a page of rows, and what else it says. */
async function rows(bench: ReturnType<typeof createBench>, target: string) {
  const page = await bench.json(`/_emulator/${target}`);
  return { ...page, rows: (page.rows as { value: Record<string, unknown> }[]).map(({ value }) => value) };
}

test("events by words, by name as Intercom compares it, and by contact", async () => {
  const bench = createBench();
  await bench.post(
    event({ event_name: "Paid.Order", metadata: { plan: { url: "https://a.example", value: "Gold" } } }),
  );
  await bench.post(event({ event_name: "left", user_id: "7" }));
  const { intercom_user_id } = bench.emulator.events({ eventName: "left" })[0] ?? {};
  const found = async (query: string): Promise<unknown[]> =>
    (await rows(bench, `events?${query}`)).rows.map(({ event_name }) => event_name);
  expect(await found("limit=9")).toEqual(["left", "Paid.Order"]);
  expect(await found("search=GOLD+paid")).toEqual(["Paid.Order"]);
  expect(await found("search=gold+left")).toEqual([]);
  expect(await found("name=paid-order")).toEqual(["Paid.Order"]);
  expect(await found(`contact=${intercom_user_id}`)).toEqual(["left"]);
});

test("without a query the lists are whole, as ever", async () => {
  const bench = createBench();
  await bench.post(event());
  for (const list of ["events", "requests", "contacts"]) {
    expect(await bench.json(`/_emulator/${list}`)).toHaveLength(1);
    expect(await bench.json(`/_emulator/${list}?limit=1`)).toMatchObject({
      total: 1,
      rows: [{ position: 0 }],
    });
  }
});

test("requests by result and by the text of their bodies, in places that outlast the oldest", async () => {
  const bench = createBench({ retainRequests: 2 });
  await bench.post(event());
  await bench.post(event());
  await bench.post(event({ created_at: "soon" }));
  expect(await rows(bench, "requests?result=refused")).toMatchObject({
    total: 3,
    rows: [{ field: "created_at" }],
  });
  expect(await rows(bench, "requests?search=soon")).toMatchObject({ rows: [{ result: "refused" }] });
  expect(await bench.json("/_emulator/requests?limit=9")).toMatchObject({
    rows: [{ position: 2 }, { position: 1 }],
  });
});

test("contacts by any of their identities", async () => {
  const bench = createBench();
  bench.emulator.setContacts([{ user_id: "7", email: "a@example.com" }, { user_id: "8" }]);
  expect(await rows(bench, "contacts?search=A@EXAMPLE")).toMatchObject({
    total: 2,
    rows: [{ user_id: "7" }],
  });
});

test.each([
  ["events?limit=0", 'Cannot list events: "limit" must be an integer from 1 to 1000, got "0"'],
  ["events?before=-1", 'Cannot list events: "before" must be an integer, 0 or more, got "-1"'],
  ["requests?limit=1001", 'Cannot list requests: "limit" must be an integer from 1 to 1000, got "1001"'],
  [
    "requests?result=refuse",
    'Cannot list requests: "result" must be stored, duplicate, answered or refused, got "refuse"',
  ],
  ["contacts?page=2", 'Cannot list contacts: "page" is not one of limit, before, search'],
])("%s is refused", async (target, error) => {
  const reply = await createBench().call(`/_emulator/${target}`);
  expect([reply.status, await reply.json()]).toEqual([400, { error }]);
});
