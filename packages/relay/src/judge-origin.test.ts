import { describe, expect, test } from "vitest";
import { faultsOfReply } from "../test/contract.ts";
import { event, ORIGIN, request, resultsOf, start, URL_OF_RELAY } from "../test/start-relay.ts";

const ACCEPTED = { status: "accepted" };

test("a request says that it is of the same origin without naming one", async () => {
  const { relay } = await start();
  const headers = { origin: undefined, "sec-fetch-site": "same-origin" };
  expect(await resultsOf(await relay.fetch(request({ events: [event()] }, headers)))).toEqual([ACCEPTED]);
});

// Of beacons from pages with `Referrer-Policy: no-referrer`, Firefox and Safari say only that.
test.each([undefined, [ORIGIN]])(
  "a page that hides its origin may send to that, with origins %j",
  async (origins) => {
    const { relay } = await start({ origins });
    const ask = (site: string | undefined) =>
      relay.fetch(request({ events: [event()] }, { origin: "null", "sec-fetch-site": site }));
    expect(await resultsOf(await ask("same-origin"))).toEqual([ACCEPTED]);
    for (const site of ["same-site", "cross-site", "none", undefined])
      expect((await ask(site)).status).toBe(403);
  },
);

test("programs are let in where the site says so, other pages are not", async () => {
  const { relay } = await start({ allowNonBrowsers: true });
  const body = { events: [event()] };
  expect((await relay.fetch(request(body, { origin: undefined }))).status).toBe(200);
  expect(
    (await relay.fetch(request(body, { origin: undefined, "sec-fetch-site": "cross-site" }))).status,
  ).toBe(403);
  expect((await relay.fetch(request(body, { origin: "https://evil.example" }))).status).toBe(403);
  expect((await relay.fetch(request(body, { origin: "null" }))).status).toBe(403);
});

describe("origins", () => {
  const OTHER = "https://www.example.org";
  const options = { origins: [OTHER] };

  test("a listed one may send and read the reply, also a refusal", async () => {
    const { relay } = await start(options);
    for (const [headers, status] of [
      [{}, 200],
      [{ cookie: undefined }, 401],
    ] as const) {
      const reply = await relay.fetch(
        request({ events: [event()] }, { origin: OTHER, "sec-fetch-site": "cross-site", ...headers }),
      );
      expect(reply.status).toBe(status);
      expect(await faultsOfReply(reply)).toEqual([]);
      expect(reply.headers.get("access-control-allow-origin")).toBe(OTHER);
      expect(reply.headers.get("access-control-allow-credentials")).toBe("true");
      expect(reply.headers.get("access-control-expose-headers")).toBe("Date, Retry-After");
    }
  });

  test.each([
    "capacitor://localhost",
    "tauri://localhost",
    "chrome-extension://aaaabbbbccccddddeeeeffffgggghhhh",
  ])("an app's %s may be listed, and no other of its scheme may send", async (origin) => {
    const { relay } = await start({ origins: [origin] });
    const headers = { origin, "sec-fetch-site": "cross-site" };
    const reply = await relay.fetch(request({ events: [event()] }, headers));
    expect([reply.status, reply.headers.get("access-control-allow-origin")]).toEqual([200, origin]);
    for (const other of [`${origin}x`, "null"]) {
      const body = { events: [event()] };
      expect((await relay.fetch(request(body, { ...headers, origin: other }))).status).toBe(403);
    }
  });

  test("the relay's own one may be listed, and is no other one", async () => {
    const { relay } = await start({ origins: [OTHER, ORIGIN] });
    const reply = await relay.fetch(request({ events: [event()] }));
    expect([reply.status, reply.headers.get("access-control-allow-origin")]).toEqual([200, null]);
  });

  test("the list replaces the request's own origin", async () => {
    const { relay } = await start(options);
    expect((await relay.fetch(request({ events: [event()] }))).status).toBe(403);
  });

  test.each([
    [OTHER, 204],
    ["https://evil.example", 403],
    ["null", 403],
    [undefined, 403],
  ])("a preflight from %s is answered %i", async (origin, status) => {
    const { relay } = await start(options);
    const asked = { "access-control-request-method": "POST", "access-control-request-headers": "x-marker" };
    const headers = origin === undefined ? asked : { ...asked, origin };
    const reply = await relay.fetch(new Request(URL_OF_RELAY, { method: "OPTIONS", headers }));
    expect(reply.status).toBe(status);
    expect(reply.headers.get("vary")).toBe("Origin");
    expect(reply.headers.get("access-control-allow-origin")).toBe(status === 204 ? OTHER : null);
    expect(reply.headers.get("access-control-allow-methods")).toBe(status === 204 ? "POST" : null);
    expect(reply.headers.get("access-control-max-age")).toBe(status === 204 ? "7200" : null);
    expect(JSON.stringify([...reply.headers])).not.toContain("marker");
  });

  test.each<[string, Parameters<typeof start>[0], string]>([
    ["behind a proxy", {}, "same-origin"],
    ["on another port of the machine", {}, "same-site"],
    ["on another host of the domain that is not listed", options, "same-site"],
  ])("a page %s is refused, and the program is told once what to do", async (_, given, site) => {
    const { relay, errors } = await start(given);
    const headers = { origin: "https://public.example", "sec-fetch-site": site };
    for (let i = 0; i < 3; i += 1) {
      expect((await relay.fetch(request({ events: [event()] }, headers))).status).toBe(403);
    }
    expect(errors).toHaveLength(1);
    expect(String(errors[0]?.error)).toContain('"origins"');
  });

  test.each([{}, options])("nothing is told of pages of other sites, with %j", async (given) => {
    const { relay, errors } = await start(given);
    for (const site of ["cross-site", undefined]) {
      const headers = { origin: "https://evil.example", "sec-fetch-site": site };
      expect((await relay.fetch(request({ events: [event()] }, headers))).status).toBe(403);
    }
    expect(errors).toEqual([]);
  });
});
