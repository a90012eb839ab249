import { expect, test } from "vitest";
import { endAfterEach, openBench } from "../../test/browser-bench.ts";
import { expectRows, openTab, rowsOf, textOf } from "./rows.ts";

endAfterEach();

const event = (fields: object = {}): object => ({
  event_name: "placed-order",
  created_at: 1_700_000_000,
  user_id: "314159",
  ...fields,
});

test("duplicates and refusals with reason and field", async () => {
  const { page, post } = await openBench();
  await openTab(page, "Requests");
  await post(event());
  await post(event());
  await post(event({ created_at: "soon", metadata: { created_at: 1 } }));
  await post(event({ user_id: undefined }));
  await post(event(), { accept: "text/html" });
  await expectRows(page, [
    /refused\s+406\s+POST \/events placed-order\s+media_type_not_acceptable Accept/,
    /refused\s+400\s+POST \/events placed-order\s+parameter_not_found user_id/,
    /refused\s+400\s+POST \/events placed-order\s+bad_request created_at/,
    /duplicate\s+202\s+POST \/events placed-order/,
    /stored\s+202\s+POST \/events placed-order/,
  ]);

  await rowsOf(page).nth(2).click();
  const details = page.getByRole("region", { name: "Details" });
  expect(await textOf(details.locator(".outcome"))).toMatch(
    /refused reason bad_request field created_at\s+created_at has a value of the wrong kind/,
  );
  expect(await details.locator("mark").allInnerTexts()).toEqual([
    expect.stringContaining('"created_at": "soon",'),
  ]);
  expect(await textOf(details.getByRole("row", { name: "authorization" }))).toContain("[not kept]");

  await rowsOf(page).nth(0).click();
  expect(await textOf(details.locator("tr.wrong"))).toMatch(/^accept\s+text\/html$/);
  await rowsOf(page).nth(3).click();
  expect(await textOf(details.locator(".outcome"))).toContain("is stored already");
});

test("no event is named of a body that is none, or long", async () => {
  const { page, post } = await openBench();
  await openTab(page, "Requests");
  await post("{oops");
  await post(event({ event_name: 5 }));
  await post(event({ metadata: { note: "x".repeat(10_000) } }));
  await expectRows(page, [
    /stored\s+202\s+POST \/events$/,
    /refused\s+400\s+POST \/events\s+bad_request event_name/,
    /refused\s+400\s+POST \/events\s+parameter_invalid/,
  ]);
});

test("filters by result, and search in bodies", async () => {
  const { page, post } = await openBench();
  await openTab(page, "Requests");
  await post(event());
  await post(event());
  await post("{oops");
  await page.getByRole("button", { name: "duplicate 1" }).click();
  await expectRows(page, ["duplicate"]);
  await page.getByRole("button", { name: "refused 1" }).click();
  await expectRows(page, ["parameter_invalid"]);
  await page.getByRole("button", { name: "all" }).click();
  await page.getByRole("searchbox").fill("oops");
  await expectRows(page, ["parameter_invalid"]);
});

test("the rate window moves, and refuses what is over it", async () => {
  const { page, post, emulator } = await openBench({
    emulator: { rateLimit: 4, now: () => 1_700_000_000_000 },
  });
  const meter = page.getByRole("meter", { name: "Requests of app any of default" });
  await post(event());
  await expect.poll(() => meter.getAttribute("aria-valuetext")).toBe("1 of 4");
  for (let index = 0; index < 5; index += 1) await post(event());
  await expect.poll(() => meter.getAttribute("aria-valuetext")).toBe("6 of 4");
  await page.getByText("2 refused").waitFor();
  emulator.clock.advance(10_000);
  await expect.poll(() => meter.getAttribute("aria-valuetext")).toBe("0 of 4");
});

test("requests per second are drawn as they come", async () => {
  const { page, post } = await openBench();
  const chart = page.getByRole("img", { name: /^Requests per second/ });
  const ink = (): Promise<number> =>
    chart.locator("canvas").evaluate((element) => {
      const { width, height } = element as HTMLCanvasElement;
      const pixels =
        (element as HTMLCanvasElement).getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
      let green = 0; // --chart-stored, rgb(43 154 87)
      for (let at = 0; at < pixels.length; at += 4) {
        if (pixels[at] === 43 && pixels[at + 1] === 154 && pixels[at + 2] === 87) green += 1;
      }
      return green;
    });
  await chart.locator("canvas").waitFor();
  expect(await ink()).toBe(0);
  for (let index = 0; index < 3; index += 1) await post(event({ created_at: 1_700_000_000 + index }));
  await expect.poll(ink).toBeGreaterThan(50);
  await expect.poll(() => chart.getAttribute("aria-label")).toMatch(/[123] at most$/);
});
