import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { fakeClock } from "../../core/tests/fake-clock.ts";
import { bundle } from "../test/bundle.ts";
import { type FakePage, fakePage } from "../test/fake-page.ts";

type Package = typeof import("./index.ts");

/** The package as published pages have it, and as those have it who write them. */
async function load(isPublished: boolean): Promise<Package> {
  const code = await bundle(`export * from "./index.ts"`, { isPublished });
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}

let published: Package;
let development: Package;
let page: FakePage;

beforeAll(async () => {
  [published, development] = await Promise.all([load(true), load(false)]);
});

beforeEach(() => {
  page = fakePage();
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
});

afterEach(() => {
  page.remove();
  vi.restoreAllMocks();
});

const WRONG = { "a.b": 1, price: { amount: 0.5, currency: "eur" }, when: new Date(0), tags: [] };

describe("a published page", () => {
  test("finds the same problems, each with its place and code and no sentence", async () => {
    const outcomes = [development, published].map(({ createTracker, messenger }) =>
      createTracker({ route: messenger(), clock: fakeClock() }).track("", WRONG as never),
    );
    const [long, short] = (await Promise.all(outcomes)).map((outcome) =>
      outcome.status === "invalid" ? outcome.issues : [],
    );
    expect(short).toHaveLength(5);
    expect(short?.map(({ path, code }) => [path, code])).toEqual(long?.map(({ path, code }) => [path, code]));
    for (const { path, code, message } of short ?? []) expect(message).toBe(`${path}: ${code}`);
    expect(long?.[0]?.message).toBe('eventName must be a non-blank string, got ""');
  });

  test("sends the same", () => {
    page.boot();
    for (const { createTracker, messenger, monetaryAmount } of [development, published]) {
      createTracker({ route: messenger() }).track("placed-order", {
        order_date: new Date(1_671_028_894_999),
        price: monetaryAmount.fromDecimal("349.99", "EUR"),
        page: new URL("https://example.org/a"),
        note: "x".repeat(300),
        left_out: undefined as string | undefined,
      });
    }
    const [first, second] = page.delivered;
    expect(second).toEqual(first);
    expect(first?.[2]).toMatchObject({
      order_date: 1_671_028_894,
      price: { amount: 34_999, currency: "eur" },
    });
  });

  test("remarks on nothing, but tells of each loss", async () => {
    page.boot();
    const { createTracker, messenger } = published;
    const tracker = createTracker({ route: messenger(), metadataKeys: 1 });
    tracker.track("Order.Placed", { a: "x".repeat(300), b: 1 });
    await tracker.track("");
    expect(page.delivered).toHaveLength(1);
    expect(vi.mocked(console.warn).mock.calls.map(([text]) => text)).toEqual([
      "intercom-events: an event was lost: invalid (said once)",
    ]);
  });

  test("says that an event was rejected, and leaves why to whoever listens", async () => {
    const reply = () => new Response(JSON.stringify({ error: { code: "forbidden" } }), { status: 403 });
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => reply());
    const said: unknown[] = [];
    for (const { createTracker, relay } of [published, development]) {
      await createTracker({ route: relay({ url: "https://site.test/" }) }).track("a");
      said.push(vi.mocked(console.warn).mock.lastCall?.[0]);
    }
    expect(said).toEqual([
      "intercom-events: an event was lost: rejected (said once)",
      "intercom-events: an event was lost: rejected (forbidden) (said once)",
    ]);
  });

  test("asks nobody where the relay is, which is seen while it is written", async () => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("<html>", { status: 404 }));
    const remarks = [published, development].map(async ({ createTracker, relay }) => {
      const tracker = createTracker({ route: relay({ url: "https://site.test/", retry: { attempts: 1 } }) });
      await tracker.track("a");
      return tracker.close({ timeout: 0 });
    });
    await Promise.all(remarks);
    const asked = vi.mocked(console.warn).mock.calls.filter(([text]) => String(text).includes("mounted"));
    expect(asked).toHaveLength(1);
  });

  test("checks no options, which are checked while it is written", () => {
    const options = { timeout: "1s" } as never;
    expect(() => development.messenger(options)).toThrow(TypeError);
    expect(() => published.messenger(options)).not.toThrow();
  });
});

test("both have the same exports", () => {
  expect(Object.keys(published)).toEqual(Object.keys(development));
});
