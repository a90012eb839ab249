import { expect, test } from "vitest";
import { endAfterEach, openBench } from "../../test/browser-bench.ts";
import { openTab, rowsOf, textOf } from "./rows.ts";

endAfterEach();

const count = 120_000;
const second = 1_700_000_000;

/** An export of many events, each contact having a hundred. */
function* manyEvents(): Generator<string> {
  for (let index = 0; index < count; index += 1) {
    const contact = Math.floor(index / 100)
      .toString(16)
      .padStart(24, "0");
    const event = {
      type: "event",
      id: `event-${index}`,
      event_name: "viewed-page",
      created_at: second + index,
      intercom_user_id: contact,
      metadata: { number: index, ...(index === 5 && { needle: "in the haystack" }) },
      workspace: "default",
    };
    yield `${JSON.stringify(event)}\n`;
  }
}

test("with very many events stored, the page holds few of them", async () => {
  const { page, post, emulator, complaints } = await openBench();
  await emulator.import(manyEvents());
  await page.reload();
  await rowsOf(page).first().waitFor();
  const drawn = (): Promise<number> => rowsOf(page).count();
  const loaded = async (): Promise<number> => Number(await rowsOf(page).first().getAttribute("aria-setsize"));
  expect(await textOf(page.locator(".totals"))).toContain("120,000");
  expect(await drawn()).toBeLessThan(60);
  expect(await loaded()).toBeLessThan(1000);

  // Older ones come as one goes on.
  const list = page.getByRole("listbox", { name: "events" });
  await list.focus();
  const before = await loaded();
  await page.keyboard.press("End");
  await expect.poll(loaded).toBeGreaterThan(before);
  expect(await drawn()).toBeLessThan(60);
  await page.keyboard.press("Home");
  await expect.poll(() => textOf(rowsOf(page).first())).toContain("119999");

  // A search looks at all of them, a part at a time.
  await page.getByRole("searchbox", { name: "Search events" }).fill("haystack");
  await page.getByText("Found 1 event, looked at all.").waitFor();
  expect(await textOf(rowsOf(page))).toContain("in the haystack");
  await page.getByRole("searchbox", { name: "Search events" }).fill("");
  await expect.poll(drawn).toBeGreaterThan(5);

  // And what comes is still shown.
  await post({ event_name: "came-later", created_at: second, user_id: "7" });
  await expect.poll(() => textOf(rowsOf(page).first())).toContain("came-later");
  expect(complaints).toEqual([]);
});

test("thousands that come at once are all counted, and few are drawn", async () => {
  const { page, post } = await openBench();
  await openTab(page, "Requests");
  for (let round = 0; round < 20; round += 1) {
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        post({ event_name: "burst", created_at: second + round * 100 + index, user_id: "7" }),
      ),
    );
  }
  await expect.poll(() => textOf(page.locator(".totals")), { timeout: 10_000 }).toMatch(/Requests\s+2,000/);
  await rowsOf(page).first().waitFor();
  expect(await rowsOf(page).count()).toBeLessThan(60);
});
