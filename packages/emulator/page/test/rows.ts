import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

/** The rows of the list that is shown, as far as they are in the document. */
export function rowsOf(page: Page): Locator {
  return page.locator(".list .row");
}

/** The text of an element as it is laid out, once it is there. */
export async function textOf(locator: Locator): Promise<string> {
  await locator.waitFor();
  const [text = ""] = await locator.allInnerTexts();
  return text;
}

/** Waits until the rows in the document are as many as these texts, and each has its text. */
export async function expectRows(page: Page, texts: readonly (string | RegExp)[]): Promise<void> {
  const rows = rowsOf(page);
  await expect
    .poll(async () => {
      const found = await rows.allInnerTexts();
      const fits = (text: string | RegExp, index: number): boolean =>
        typeof text === "string" ? (found[index] ?? "").includes(text) : text.test(found[index] ?? "");
      return found.length === texts.length && texts.every(fits) ? "as expected" : found;
    })
    .toBe("as expected");
}

/** Opens a tab by its name. */
export async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole("tab", { name }).click();
}
