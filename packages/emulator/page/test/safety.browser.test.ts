import { expect, test } from "vitest";
import { endAfterEach, openBench } from "../../test/browser-bench.ts";
import { expectRows, openTab, rowsOf, textOf } from "./rows.ts";

endAfterEach();

const markup = `<img src=x onerror="document.title='pwned'"><script>document.title='pwned'</script><b>bold</b>`;

test("markup shows as text, wherever it comes from", async () => {
  const { page, post, emulator, complaints } = await openBench();
  await post({
    event_name: markup,
    created_at: 1_700_000_000,
    user_id: markup,
    email: markup,
    metadata: { [markup]: markup, link: { url: "https://example.com/", value: markup } },
  });
  await post({ event_name: markup, created_at: markup }, { "x-markup": markup });
  emulator.setFaults([{ status: 503, path: `/${markup}`, contact: { user_id: markup } }]);
  await expectRows(page, [markup]);
  await rowsOf(page).click();
  const details = page.getByRole("region", { name: "Details" });
  expect(await textOf(details.getByRole("heading", { level: 2 }))).toBe(markup);
  expect(await textOf(details.getByRole("link"))).toBe(markup);
  for (const tab of ["Requests", "Contacts"]) {
    await openTab(page, tab);
    await rowsOf(page).first().click();
    expect(await page.getByText("pwned").count()).toBeGreaterThan(0);
  }
  for (const tab of ["Event names", "Faults & clock"]) {
    await openTab(page, tab);
    await page.getByText("onerror").first().waitFor();
  }
  expect(await page.locator("b, main script, main img").count()).toBe(0);
  expect(await page.title()).toBe("Intercom emulator");
  expect(complaints).toEqual([]);
});

test("the browser asks no other host for anything, and would not be let", async () => {
  const { page, post, url, hosts, complaints } = await openBench();
  await post({
    event_name: "viewed",
    created_at: 1_700_000_000,
    user_id: "7",
    metadata: { image: "https://example.com/a.png", page: "https://example.com/" },
  });
  await expectRows(page, ["viewed"]);
  await rowsOf(page).click();
  for (const tab of ["Requests", "Contacts", "Event names", "Faults & clock"]) await openTab(page, tab);
  expect([...hosts]).toEqual([new URL(url).host]);
  expect(complaints).toEqual([]);

  const blocked = await page.evaluate(async () => {
    const image = new Image();
    const loaded = new Promise((resolve) => {
      image.onload = () => resolve("loaded");
      image.onerror = () => resolve("blocked");
    });
    image.src = "https://example.com/a.png";
    const fetched = await fetch("https://example.com/").then(
      () => "loaded",
      () => "blocked",
    );
    const inline = document.createElement("div");
    try {
      inline.innerHTML = "<b>markup</b>";
    } catch {
      inline.textContent = "blocked";
    }
    return [await loaded, fetched, inline.textContent];
  });
  expect(blocked).toEqual(["blocked", "blocked", "blocked"]);
  expect(complaints.filter((text) => text.includes("Content Security Policy"))).not.toEqual([]);
});

test("a page of another site can neither steer the emulator nor frame it", async () => {
  // Browsers have begun to keep sites from loopback addresses themselves; older ones do not.
  const { page, url, emulator } = await openBench({
    arguments: ["--disable-features=LocalNetworkAccessChecks"],
  });
  const { status } = await fetch(`${url}/_emulator/faults`, {
    method: "PUT",
    body: '[{"status":503}]',
    headers: { origin: "https://site.example" },
  });
  expect(status).toBe(403);

  const other = "http://site.example/";
  await page.route(other, (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<!doctype html><title>Other</title><iframe src="${url}/"></iframe>`,
    }),
  );
  await page.goto(other);
  const tried = await page.evaluate(async (target) => {
    const attempt = async (path: string, init: RequestInit): Promise<string> =>
      fetch(target + path, init).then(
        (reply) => `${reply.type} ${reply.status}`,
        () => "failed",
      );
    return [
      await attempt("/_emulator/faults", { method: "PUT", body: "[]" }),
      await attempt("/_emulator/contacts", { method: "POST", body: '[{"user_id":"7"}]', mode: "no-cors" }),
      await attempt("/_emulator/events", {}),
    ];
  }, url);
  expect(tried).toEqual(["failed", "opaque 0", "failed"]);
  expect(emulator.contacts()).toEqual([]);
  await expect
    .poll(() => page.frames().map((frame) => frame.url()))
    .toEqual([other, expect.stringMatching(/^chrome-error:/)]);
});
