import { expect, test } from "vitest";
import { endAfterEach, openBench } from "../../test/browser-bench.ts";
import { expectRows, openTab, rowsOf, textOf } from "./rows.ts";

endAfterEach();

const second = 1_700_000_000;
const event = (fields: object = {}): object => ({
  event_name: "placed-order",
  created_at: second,
  user_id: "314159",
  ...fields,
});

test("without events the page says how to send one, and then shows it live", async () => {
  const { page, url, emulator, complaints, post } = await openBench();
  const command = await textOf(page.locator("pre"));
  expect(command).toContain(`curl -i ${url}/events`);
  // What it tells to send is an event that is accepted.
  const body = /-d '(.*)'$/s.exec(command)?.[1] ?? "";
  expect((await post(body)).status).toBe(202);
  await expectRows(page, ["placed-order"]);
  expect(emulator.events()).toHaveLength(1);
  await post(event({ event_name: "left" }));
  await expectRows(page, ["left", "placed-order"]);
  await expect.poll(() => textOf(page.locator(".totals"))).toMatch(/Events stored\s+2\s+Requests\s+2/);
  expect(complaints).toEqual([]);
});

test("strict contacts and given tokens are told where there is no event", async () => {
  const { page } = await openBench({ emulator: { contacts: "strict", tokens: "secret-token" } });
  const text = await textOf(page.locator(".empty"));
  expect(text).toContain("Contacts are strict");
  expect(text).toContain("<your token>");
  expect(await page.content()).not.toContain("secret-token");
});

test("metadata is drawn as Intercom would draw it", async () => {
  const { page, post } = await openBench();
  await post(
    event({
      metadata: {
        price: { amount: 34999, currency: "eur" },
        fee: { amount: 350, currency: "jpy" },
        tax: { amount: 1234567, currency: "kwd" },
        order_date: second,
        page: "https://example.com/a?b=c",
        order: { url: "https://example.com/7", value: "Order #7" },
        script: "javascript:alert(1)",
        rich: { url: "javascript:alert(1)", value: "Click me" },
        gift: true,
        items: 3,
      },
    }),
  );
  await rowsOf(page).click();
  const cells = await page
    .locator(".details .metadata tbody tr")
    .evaluateAll((rows) =>
      rows.map((row) => [...row.children].map((cell) => cell.textContent.replace(/\s+/g, " ").trim())),
    );
  expect(cells).toEqual([
    ["price", "€349.99 34999 eur", "money"],
    ["fee", "¥350 350 jpy", "money"],
    ["tax", "KWD 1,234.567 1234567 kwd", "money"],
    ["order_date", "Nov 14, 2023, 22:13:20 UTC 1700000000", "date"],
    ["page", "https://example.com/a?b=c", "link"],
    ["order", "Order #7 https://example.com/7", "link"],
    ["script", "javascript:alert(1)", "text"],
    ["rich", "Click me (javascript:alert(1))", "text"],
    ["gift", "true", "boolean"],
    ["items", "3", "number"],
  ]);
  const links = await page
    .locator(".details a")
    .evaluateAll((all) => all.map((link) => [link.getAttribute("href"), link.getAttribute("rel")]));
  expect(links).toEqual([
    ["https://example.com/a?b=c", "noopener noreferrer"],
    ["https://example.com/7", "noopener noreferrer"],
  ]);
  expect(await page.locator(".details time").nth(1).getAttribute("datetime")).toBe(
    "2023-11-14T22:13:20.000Z",
  );
});

test("search, and filters by name and by contact, hold for what comes too", async () => {
  const { page, post } = await openBench();
  await post(event({ event_name: "Viewed.Page", user_id: "7", metadata: { plan: "Gold" } }));
  await post(event({ user_id: "7" }));
  await post(event({ user_id: "8" }));
  await expectRows(page, ["8", "7", "Viewed.Page"]);
  const search = page.getByRole("searchbox", { name: "Search events" });
  await search.fill("GOLD viewed");
  await expectRows(page, ["Viewed.Page"]);
  await post(event({ user_id: "9" }));
  await post(event({ event_name: "viewed-page", user_id: "9", metadata: { plan: "gold" } }));
  await expectRows(page, ["viewed-page", "Viewed.Page"]);
  await search.fill("nothing like it");
  await page.getByText("Found 0 events, looked at all.").waitFor();
  await search.fill("");
  await expectRows(page, ["viewed-page", "9", "8", "7", "Viewed.Page"]);

  await rowsOf(page).nth(3).click();
  await page.getByRole("button", { name: "Events of this contact" }).click();
  await expectRows(page, ["placed-order", "Viewed.Page"]);
  await page.getByRole("button", { name: /^Remove the filter contact/ }).click();
  await rowsOf(page).last().click();
  await page.getByRole("button", { name: "Events of this name" }).click();
  await expectRows(page, ["viewed-page", "Viewed.Page"]);
});

test("while one reads further down, what comes waits", async () => {
  const { page, post } = await openBench({
    prepare: (emulator) => void emulator.import(manyEvents(200)),
  });
  await rowsOf(page).first().waitFor();
  const list = page.getByRole("listbox", { name: "events" });
  await list.evaluate((element) => element.scrollTo(0, 320));
  await post(event({ event_name: "came-later" }));
  const button = page.getByRole("button", { name: "Show 1 new" });
  await button.waitFor();
  expect(await page.getByText("came-later").count()).toBe(0);
  await button.click();
  await expect.poll(() => textOf(rowsOf(page).first())).toContain("came-later");
  expect(await list.evaluate((element) => element.scrollTop)).toBe(0);
});

test("a browser without a proper language shows it too", async () => {
  const script = 'Object.defineProperty(Navigator.prototype, "language", { get: () => "en-US@posix" })';
  const { page, post, complaints } = await openBench({ script });
  await post(event());
  await expectRows(page, ["placed-order"]);
  expect(await page.locator(".chart canvas").count()).toBe(1);
  expect(complaints).toEqual([]);
});

test("a reset empties the page", async () => {
  const { page, post, emulator } = await openBench();
  await post(event());
  await expectRows(page, ["placed-order"]);
  emulator.reset();
  await page.getByText("No event yet").waitFor();
  await post(event());
  await expectRows(page, ["placed-order"]);
});

test("a page that loses the emulator says so, and goes on when it is back", async () => {
  const { page, post, emulator, url } = await openBench();
  await post(event());
  await expectRows(page, ["placed-order"]);
  await emulator.close();
  await page.getByRole("alert").filter({ hasText: "The emulator does not answer" }).waitFor();
  await page.getByText("Disconnected").or(page.getByText("Connecting")).waitFor();
  await emulator.listen(Number(new URL(url).port));
  await page.getByText("Live", { exact: true }).waitFor();
  expect(await page.getByRole("alert").count()).toBe(0);
  await post(event({ event_name: "after" }));
  await expectRows(page, ["after", "placed-order"]);
});

test("contacts, and the names against their budget", async () => {
  const { page, post, emulator } = await openBench({ emulator: { eventNames: 2 } });
  await post(event({ email: "ada@example.com" }));
  await post(event({ event_name: "left", user_id: "7" }));
  await openTab(page, "Contacts");
  await expectRows(page, ["7", "ada@example.com"]);
  await page.getByText("Add a contact").click();
  await page.getByLabel("User id").fill("new-one");
  await page.getByRole("button", { name: "Add" }).click();
  await expectRows(page, ["new-one", "7", "ada@example.com"]);
  expect(emulator.contacts()).toHaveLength(3);

  await openTab(page, "Event names");
  const meter = page.getByRole("meter", { name: "Active names of workspace default" });
  expect(await meter.getAttribute("aria-valuetext")).toBe("2 of 2");
  await page.getByText("a new name is answered with 422").waitFor();
  expect((await post(event({ event_name: "third" }))).status).toBe(422);
  await page.getByRole("button", { name: "Archive left" }).click();
  await expect.poll(() => meter.getAttribute("aria-valuetext")).toBe("1 of 2");
  expect((await post(event({ event_name: "third" }))).status).toBe(202);
  await page.getByRole("row", { name: "third" }).waitFor();
});

/** Lines of an export. */
function manyEvents(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `e-${index}`;
    const intercom_user_id = "0123456789abcdef01234567";
    const line = { ...event({ created_at: second + index }), type: "event", id, intercom_user_id };
    return `${JSON.stringify({ ...line, workspace: "default" })}\n`;
  });
}
