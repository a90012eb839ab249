import { createContext, runInContext } from "node:vm";
import { expect, test, vi } from "vitest";
import { createBench } from "../test/emulator-bench.ts";

type Call = (...args: unknown[]) => unknown;
interface Page {
  Intercom?: Call & { booted?: boolean; q?: unknown };
  intercomSettings?: object;
  [key: string]: unknown;
}

/** A page on another origin than the emulator, with just what the script touches. */
function openPage(globals: Page = {}) {
  const bench = createBench({ eventNames: 3 });
  const sent: Promise<unknown>[] = [];
  const error = vi.fn();
  const cookies = new Map<string, string>();
  const document = {
    currentScript: { src: "http://emulator.test/widget/abc?v=1" },
    get cookie(): string {
      return [...cookies].map((pair) => pair.join("=")).join("; ");
    },
    set cookie(text: string) {
      const [, name = "", value = ""] = /^(.*?)=(.*?);/.exec(text) ?? [];
      if (text.includes("max-age=0")) cookies.delete(name);
      else cookies.set(name, value);
    },
  };
  const page: Page = { ...globals, document, URL, URLSearchParams, crypto, console: { error } };
  page.window = page;
  page.fetch = (url: string, init: RequestInit): Promise<Response> => {
    const reply = bench.emulator.fetch(new Request(url, init));
    sent.push(reply);
    return reply;
  };
  const context = createContext(page);
  const load = async (): Promise<void> => {
    runInContext(await (await bench.call("/widget/abc")).text(), context);
    await settled();
  };
  const settled = async (): Promise<void> => {
    await Promise.all(sent);
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const intercom: Call = (...args) => page.Intercom?.(...args);
  return {
    bench,
    page,
    load,
    settled,
    intercom,
    error,
    cookies,
    errors: () => error.mock.calls.map(([text]) => text),
  };
}

/** The stub of the snippet in Intercom's help, and that of @intercom/messenger-js-sdk. */
function stub(variant: "c" | "loaderQueue"): Call & { q: unknown[] } {
  const queue: Call & { q: unknown[]; [key: string]: unknown } = Object.assign(
    function () {
      // biome-ignore lint/complexity/noArguments: the stubs queue raw `arguments` objects.
      (queue[variant] as Call)(arguments);
    },
    { q: [] as unknown[], [variant]: (args: unknown) => queue.q.push(args) },
  );
  return queue;
}

test.each(["c", "loaderQueue"] as const)(
  "calls queued in a stub with %s are replayed in order",
  async (variant) => {
    const Intercom = stub(variant);
    Intercom("boot", { app_id: "abc", user_id: 7, email: "a@example.com" });
    Intercom("trackEvent", "first", { items: 3 });
    Intercom("trackEvent", "second");
    const { bench, load, page, errors } = openPage({ Intercom });
    await load();
    expect(bench.emulator.events()).toMatchObject([
      { event_name: "first", user_id: "7", email: "a@example.com", metadata: { items: 3 } },
      { event_name: "second" },
    ]);
    expect(bench.emulator.events()[1]).not.toHaveProperty("metadata");
    expect([page.Intercom?.booted, page.Intercom?.q, errors()]).toEqual([true, undefined, []]);
  },
);

test("with intercomSettings it boots by itself, before the queue is replayed", async () => {
  const Intercom = stub("c");
  Intercom("trackEvent", "early");
  const { bench, load, intercom } = openPage({ Intercom, intercomSettings: { app_id: "abc" } });
  await load();
  expect(bench.emulator.events()).toMatchObject([{ event_name: "early", user_id: intercom("getVisitorId") }]);
});

test("an event before boot, or after shutdown, is lost with an error", async () => {
  const { bench, load, intercom, page, errors } = openPage();
  await load();
  expect(page.Intercom?.booted).toBe(false);
  intercom("trackEvent", "too-early");
  intercom("boot", { app_id: "abc" });
  intercom("shutdown");
  intercom("trackEvent", "too-late");
  expect(errors()).toEqual(Array(2).fill("TypeError: Cannot read property 'appId' of null"));
  expect([bench.emulator.events(), page.Intercom?.booted]).toEqual([[], false]);
});

test("boot needs an app_id", async () => {
  const { load, intercom, errors, page } = openPage();
  await load();
  intercom("boot", {});
  expect([errors(), page.Intercom?.booted]).toEqual([
    ["Intercom Messenger error: boot needs an app_id"],
    false,
  ]);
});

test.each([["text"], [[1]], [5]])("metadata of %j is an error", async (metadata) => {
  const { bench, load, intercom, errors } = openPage({ intercomSettings: { app_id: "abc" } });
  await load();
  intercom("trackEvent", "a", metadata);
  expect([errors(), bench.emulator.events()]).toEqual([["Event metadata must be an object"], []]);
});

test("update changes who it is; ready calls back; other methods do nothing", async () => {
  const { bench, load, intercom, settled } = openPage({ intercomSettings: { app_id: "abc" } });
  await load();
  const ready = vi.fn();
  for (const call of [["ready", ready], ["show"], ["hide"], ["reattach_activator"], ["constructor"]])
    intercom(...call);
  intercom("update", { user_id: "8" });
  intercom("trackEvent", "a");
  await settled();
  expect(ready).toHaveBeenCalledOnce();
  expect(bench.emulator.events()).toMatchObject([{ user_id: "8" }]);
});

test("a visitor keeps its id until shutdown", async () => {
  const { load, intercom, cookies } = openPage({ intercomSettings: { app_id: "abc" } });
  await load();
  const id = intercom("getVisitorId");
  expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(cookies.get("intercom-id-abc")).toBe(id);
  expect(intercom("getVisitorId")).toBe(id);
  intercom("shutdown");
  expect([intercom("getVisitorId"), cookies.size]).toEqual([undefined, 0]);
  intercom("boot");
  expect(intercom("getVisitorId")).not.toBe(id);
});

test("a refusal is shown in the console, and loading the script twice changes nothing", async () => {
  const { load, intercom, settled, errors, page } = openPage({ intercomSettings: { app_id: "abc" } });
  await load();
  const loaded = page.Intercom;
  await load();
  expect(page.Intercom).toBe(loaded);
  for (const name of ["a", "b", "c", "d"]) intercom("trackEvent", name);
  await settled();
  expect(errors()).toEqual([expect.stringContaining("Cannot have more than 3 active event names")]);
});
