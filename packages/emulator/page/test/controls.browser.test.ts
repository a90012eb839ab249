import { expect, test } from "vitest";
import { endAfterEach, openBench } from "../../test/browser-bench.ts";
import { openTab } from "./rows.ts";

endAfterEach();

const event = { event_name: "placed-order", created_at: 1_700_000_000, user_id: "314159" };

test("buttons for faults, which act on the next requests and show what is left", async () => {
  const { page, post, emulator } = await openBench();
  await openTab(page, "Faults & clock");
  await page.getByText("No fault is set.").waitFor();
  await page.getByLabel("Meets").selectOption("the next 3 requests");
  await page.getByRole("button", { name: "503 Unavailable" }).click();
  await page.getByText("answer 503 · the next 3 requests").waitFor();
  expect((await post(event)).status).toBe(503);
  await page.getByText("answer 503 · the next 2 requests").waitFor();
  // One that is added leaves the other as it is.
  await page.getByLabel("Meets").selectOption("every request");
  await page.getByRole("button", { name: "429 Too many requests" }).click();
  await page.getByText("answer 429 · every request").waitFor();
  expect(emulator.faults()).toMatchObject([{ status: 503, left: 2 }, { status: 429 }]);
  await page.getByRole("button", { name: "Remove the fault: answer 503" }).click();
  await expect.poll(() => emulator.faults().map(({ status }) => status)).toEqual([429]);
  expect((await post(event)).status).toBe(429);
  await page.getByRole("button", { name: "Remove all faults" }).click();
  await page.getByText("No fault is set.").waitFor();
  expect((await post(event)).status).toBe(202);
});

test("a fault of one's own, and what is wrong with it", async () => {
  const { page, emulator } = await openBench();
  await openTab(page, "Faults & clock");
  await page.getByText("A fault of your own").click();
  const text = page.getByLabel("Fault as JSON");
  await text.fill('{ "status": 99 }');
  await page.getByRole("button", { name: "Add fault" }).click();
  await page
    .getByRole("alert")
    .filter({ hasText: '"[0].status" must be an integer from 200 to 599' })
    .waitFor();
  await text.fill("{");
  await page.getByRole("button", { name: "Add fault" }).click();
  await page.getByRole("alert").filter({ hasText: "JSON" }).waitFor();
  await text.fill('{ "status": 503, "body": "<h1>no</h1>", "contact": { "user_id": "7" } }');
  await page.getByRole("button", { name: "Add fault" }).click();
  await page.getByText("answer 503, with a body of its own · every request of user_id 7").waitFor();
  expect(emulator.faults()).toMatchObject([{ status: 503, body: "<h1>no</h1>" }]);
});

test("buttons for the clock", async () => {
  const { page, emulator } = await openBench({ emulator: { now: () => 1_700_000_000_000 } });
  await openTab(page, "Faults & clock");
  const clock = page.getByRole("region", { name: "Clock" });
  await clock.getByRole("button", { name: "Freeze" }).click();
  await clock.getByText("frozen").waitFor();
  await clock.getByRole("button", { name: "+1 h" }).click();
  await clock.getByText("Nov 14, 2023, 23:13:20 UTC").waitFor();
  await page.locator(".clock").getByText("Nov 14, 2023, 23:13:20 UTC").waitFor();
  expect(emulator.clock.state()).toEqual({ now: 1_700_003_600_000, frozen: true });
  await clock.getByLabel("Set to").fill("2024-02-29T12:00:00");
  await clock.getByRole("button", { name: "Set clock" }).click();
  await clock.getByText("Feb 29, 2024, 12:00:00 UTC").waitFor();
  await clock.getByRole("button", { name: "Resume" }).click();
  await clock.getByRole("button", { name: "Freeze" }).waitFor();
  expect(emulator.clock.state()).toEqual({ now: Date.UTC(2024, 1, 29, 12), frozen: false });
});

test("everything is forgotten once that is confirmed", async () => {
  const { page, post, emulator } = await openBench();
  await post(event);
  await openTab(page, "Faults & clock");
  await page.getByRole("button", { name: "Forget everything…" }).click();
  const dialog = page.getByRole("dialog", { name: "Forget everything?" });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.waitFor({ state: "hidden" });
  expect(emulator.events()).toHaveLength(1);
  await page.getByRole("button", { name: "Forget everything…" }).click();
  await dialog.getByRole("button", { name: "Forget everything" }).click();
  await expect.poll(() => emulator.events()).toEqual([]);
});

test("names are found by how they were sent, and one place is one place", async () => {
  const { page, post } = await openBench({ emulator: { eventNames: 2 } });
  await post({ event_name: "Placed.Order", created_at: 1_700_000_000, user_id: "314159" });
  await openTab(page, "Event names");
  await page.getByText("1 place left").waitFor();
  const row = page.getByRole("rowheader", { name: "placed-order" });
  await page.getByRole("searchbox").fill("Placed.O");
  await row.waitFor();
  await page.getByRole("searchbox").fill("Placed.X");
  await row.waitFor({ state: "detached" });
});
