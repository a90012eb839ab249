import axe from "axe-core";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { endAfterEach, openBench } from "../../test/browser-bench.ts";
import { openTab, rowsOf, textOf } from "./rows.ts";

endAfterEach();

const tabs = ["Events", "Requests", "Contacts", "Event names", "Faults & clock"];

const event = (fields: object = {}): object => ({
  event_name: "placed-order",
  created_at: 1_700_000_000,
  user_id: "314159",
  metadata: { price: { amount: 34999, currency: "eur" }, page: "https://example.com/" },
  ...fields,
});

/** What axe finds wrong, in words. */
async function violations(page: Page): Promise<string[]> {
  const found = await page.evaluate(async () => {
    const { violations: all } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return all.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`)}`,
    );
  });
  return found;
}

test.each([
  ["light", 1280],
  ["dark", 1280],
  ["light", 375],
  ["dark", 375],
] as const)("axe finds nothing wrong, %s at %d pixels", async (colorScheme, width) => {
  const { page, post, emulator } = await openBench({
    emulator: { rateLimit: 4 },
    browser: { colorScheme, viewport: { width, height: 800 } },
  });
  await page.evaluate(axe.source);
  expect(await violations(page)).toEqual([]); // nothing there yet
  for (let index = 0; index < 3; index += 1) await post(event({ email: "ada@example.com" }));
  await post(event({ created_at: "soon" }));
  await post(event());
  await post(event({ event_name: "left" }));
  emulator.setFaults([{ status: 503, times: 1 }, { delayMs: 1 }]);
  await post(event());
  emulator.archiveEventName("placed-order");
  emulator.clock.freeze();
  await page.getByText("frozen").waitFor();
  for (const tab of tabs) {
    await openTab(page, tab);
    await page.locator(".panel").getByRole("listbox").or(page.locator(".sheet")).waitFor();
    expect(await violations(page)).toEqual([]);
    if ((await rowsOf(page).count()) === 0) continue;
    await rowsOf(page).first().click();
    await page.getByRole("region", { name: "Details" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Close" }).click();
  }
  await page.getByText("A fault of your own").click();
  await page.getByRole("button", { name: "Forget everything…" }).click();
  expect(await violations(page)).toEqual([]);
  await page.getByRole("button", { name: "Cancel" }).click();
  await emulator.close();
  await page.getByText("The emulator does not answer").waitFor();
  expect(await violations(page)).toEqual([]);
});

test("axe would find something", async () => {
  const { page } = await openBench();
  await page.evaluate(axe.source);
  await page.evaluate(() => document.querySelector("input")?.removeAttribute("aria-label"));
  await page.evaluate(() => document.querySelector("input")?.removeAttribute("placeholder"));
  expect(await violations(page)).toEqual([expect.stringMatching(/^label: /)]);
});

test("a phone shows all of it, without scrolling sideways", async () => {
  const { page, post } = await openBench({ browser: { viewport: { width: 375, height: 740 } } });
  await post(
    event({
      event_name: "a-name-that-is-long-".repeat(10),
      metadata: { ["k".repeat(190)]: "v".repeat(255) },
    }),
  );
  await post(event({ created_at: "soon" }));
  const sideways = (): Promise<number> =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  for (const tab of tabs) {
    await openTab(page, tab);
    expect([tab, await sideways()]).toEqual([tab, 0]);
    if ((await rowsOf(page).count()) === 0) continue;
    await rowsOf(page).first().click();
    // The details take the place of the list.
    await page.getByRole("region", { name: "Details" }).waitFor();
    expect(await rowsOf(page).first().isVisible()).toBe(false);
    expect([tab, await sideways()]).toEqual([tab, 0]);
    await page.getByRole("button", { name: "Close" }).click();
    await rowsOf(page).first().waitFor();
  }
});

test("everything is reached with the keyboard, and focus is seen", async () => {
  const { page, post, emulator } = await openBench();
  for (let index = 0; index < 30; index += 1) await post(event({ event_name: `event-${index}` }));
  // The last one, which is drawn first.
  await rowsOf(page).filter({ hasText: "event-29" }).waitFor();
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute("aria-label") ?? element?.textContent ?? "";
    });
  const outline = (): Promise<string> =>
    page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
  const seen: string[] = [];
  for (let index = 0; index < 4; index += 1) {
    await page.keyboard.press("Tab");
    seen.push(await focused());
    expect(await outline()).toBe("solid");
  }
  expect(seen).toEqual([
    expect.stringContaining("Theme:"),
    expect.stringMatching(/^Events/),
    "Search events",
    "events",
  ]);

  // Rows, and the details of one.
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  const selected = page.locator('.row[aria-selected="true"]');
  await expect.poll(() => textOf(selected)).toContain("event-28");
  await page.keyboard.press("End");
  await expect.poll(() => textOf(selected)).toContain("event-0");
  expect(await page.getByRole("listbox").getAttribute("aria-activedescendant")).toBe(
    await selected.getAttribute("id"),
  );
  await page.keyboard.press("Enter");
  await expect.poll(focused).toBe("Details");
  await page.keyboard.press("Escape");
  await expect.poll(focused).toBe("events");

  // Tabs, and a button.
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(focused).toMatch(/^Faults & clock/);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expect.poll(focused).toBe("503 Unavailable");
  await page.keyboard.press("Enter");
  await expect.poll(() => emulator.faults()).toMatchObject([{ status: 503, left: 1 }]);
});

test("the theme can be chosen, and is kept", async () => {
  const { page } = await openBench({ browser: { colorScheme: "dark" } });
  const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await ground();
  const button = page.getByRole("button", { name: "Theme:" });
  await button.click();
  await expect.poll(() => textOf(button)).toContain("light");
  await expect.poll(ground).not.toBe(dark);
  const light = await ground();
  await page.reload();
  await page.getByText("Live", { exact: true }).waitFor();
  await expect.poll(ground).toBe(light);
  await button.click();
  await expect.poll(ground).toBe(dark);
});

test("nothing moves for those who want it so", async () => {
  const { page, post } = await openBench({ browser: { reducedMotion: "reduce" } });
  await post(event());
  await page.getByRole("meter").first().waitFor();
  const moving = await page.evaluate(
    () =>
      [...document.querySelectorAll("*")].filter((element) => {
        const { transitionDuration, animationName } = getComputedStyle(element);
        return transitionDuration !== "0s" || animationName !== "none";
      }).length,
  );
  expect(moving).toBe(0);
});

test("focus stays near when what had it is gone", async () => {
  const { page, post } = await openBench();
  for (let index = 0; index < 60; index += 1) {
    await post(event({ event_name: `name-${index % 3}`, created_at: 1_700_000_000 + index }));
  }
  const press = async (button: Locator): Promise<void> => {
    await button.focus();
    await page.keyboard.press("Enter");
  };
  const button = (name: string | RegExp): Locator => page.getByRole("button", { name, exact: true });
  const expectFocus = (there: Locator): Promise<unknown> =>
    expect.poll(() => there.evaluate((element) => element === document.activeElement)).toBe(true);

  const foot = page.locator(".foot");
  await expect.poll(() => textOf(foot)).toBe("60 events."); // So that the first row is the last event's.
  await rowsOf(page).first().click();
  await press(button("Events of this name"));
  await press(button("Remove the filter name name-2"));
  await button("Remove the filter name name-2").waitFor({ state: "detached" });
  await expectFocus(page.getByRole("searchbox"));

  await expect.poll(() => textOf(foot)).toBe("60 events."); // All of them are there again.
  await page.getByRole("listbox").evaluate((list) => list.scrollTo(0, 300));
  await post(event({ created_at: 5 }));
  await press(button("Show 1 new"));
  await button("Show 1 new").waitFor({ state: "detached" });
  await expectFocus(page.getByRole("listbox"));

  await openTab(page, "Event names");
  await press(button("Archive name-0"));
  await button("Archive name-0").waitFor({ state: "detached" });
  await expectFocus(button("Events of name-0"));
  await page.keyboard.press("Enter");
  await expectFocus(page.getByRole("tab", { name: "Events", exact: false }).first());
  await openTab(page, "Contacts");
  await rowsOf(page).first().click();
  await press(button("Events of this contact"));
  await expectFocus(page.getByRole("tab", { name: "Events", exact: false }).first());

  await openTab(page, "Faults & clock");
  for (const remove of ["Remove the fault: answer 500", "Remove all faults"]) {
    await press(button("500 Server error"));
    await press(button(remove));
    await button(remove).waitFor({ state: "detached" });
    await expectFocus(page.getByRole("region", { name: "Faults" }));
  }
});

test.each([375, 800, 1280])("a long name leaves the words beside it whole, at %d pixels", async (width) => {
  const { page, post } = await openBench({ browser: { viewport: { width, height: 700 } } });
  await post(event({ event_name: "a-name-that-is-long".repeat(20).replaceAll("-", "") }));
  await openTab(page, "Event names");
  const button = page.getByRole("button", { name: /^Archive/ });
  await button.waitFor();
  const height = await button.evaluate((element) => element.clientHeight);
  expect(height).toBeLessThan(40);
});

test("events that come are not announced one by one, what a search finds is", async () => {
  const { page, post } = await openBench();
  await post(event());
  const foot = page.locator(".foot");
  await expect.poll(() => textOf(foot)).toBe("1 event.");
  expect(await foot.getAttribute("role")).toBeNull();
  await page.getByRole("searchbox").fill("placed");
  await expect.poll(() => foot.getAttribute("role")).toBe("status");
});

test("in a theme of high contrast one sees what is chosen, and how full a meter is", async () => {
  const { page, post } = await openBench({ browser: { forcedColors: "active" } });
  await post(event());
  await openTab(page, "Requests");
  await rowsOf(page).first().click();
  const [highlight, canvas] = await page.evaluate(() =>
    ["Highlight", "Canvas"].map((colour) => {
      document.body.style.color = colour;
      return getComputedStyle(document.body).color;
    }),
  );
  const style = (locator: Locator, name: "outlineColor" | "backgroundColor" | "borderBottomColor") =>
    locator.evaluate((element, property) => getComputedStyle(element)[property], name);
  expect(await style(page.locator('.row[aria-selected="true"]'), "outlineColor")).toBe(highlight);
  expect(await style(page.getByRole("button", { pressed: true }), "backgroundColor")).toBe(highlight);
  expect(await style(page.locator(".gauge-fill").first(), "backgroundColor")).toBe(highlight);
  expect(await style(page.getByRole("tab", { selected: true }), "borderBottomColor")).toBe(highlight);
  expect(await style(page.getByRole("tab", { selected: false }).first(), "borderBottomColor")).toBe(canvas);
});
