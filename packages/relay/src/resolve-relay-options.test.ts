import { systemClock } from "@intercom-events/core";
import { describe, expect, test } from "vitest";
import { createRelay, type RelayOptions } from "./index.ts";
import { resolveRelayOptions } from "./resolve-relay-options.ts";

const client = {
  track(): never {
    throw new Error("never asked");
  },
  contact: () => undefined,
};

test("what is left out is as documented", () => {
  const needed = { client, identify: () => null, events: "any" } satisfies RelayOptions;
  expect(resolveRelayOptions(needed)).toEqual({
    ...needed,
    events: expect.any(Function),
    origins: undefined,
    allowNonBrowsers: false,
    waitFor: "stored",
    answerTimeout: 10_000,
    identifyTimeout: 5_000,
    schemaTimeout: 5_000,
    maxBytes: 65_536,
    bodyTimeout: 10_000,
    maxEvents: 100,
    maxMetadataKeys: 20,
    maxAge: 604_800_000,
    maxAhead: 3_600_000,
    rate: { events: 600, window: 60_000, maxCallers: 10_000 },
    onError: undefined,
    clock: systemClock,
  });
});

describe("options", () => {
  const good = { client, identify: () => null, events: ["a"] };
  test.each<[string, object]>([
    ['"options" must be an object', undefined as never],
    ['"client" must be a server client', { ...good, client: undefined }],
    ['"client" must be a server client', { ...good, client: { track: client.track } }],
    ['"identify" must be a function', { ...good, identify: { userId: "1" } }],
    ['"events" must be a list of names', { ...good, events: undefined }],
    ['"events" must be a list of names', { ...good, events: "all" }],
    ['"events" must be a list of names', { ...good, events: [] }],
    ['"events" must be a list of names', { ...good, events: {} }],
    ['"events" must be a list of names', { ...good, events: new Set(["a"]) }],
    ['"events" must be a list of names', { ...good, events: new Map([["a", true]]) }],
    ['"events[1]" must be a name', { ...good, events: ["a", " "] }],
    ['"events[1]" must be a name of 1 to 255', { ...good, events: ["a", "x".repeat(256)] }],
    [
      '"events[1]" must be a name that Intercom does not take for another',
      { ...good, events: ["a.b", "A-b"] },
    ],
    ['"events["a"]" must be true, or a Standard Schema', { ...good, events: { a: {} } }],
    ['"origins" must be a list of origins', { ...good, origins: "https://a.example" }],
    [
      '"origins[0]" must be an origin such as "https://www.example.org", without a path or "*"',
      { ...good, origins: [undefined] },
    ],
    [
      '"origins[0]" must be an origin as browsers send it, "https://a.example"',
      { ...good, origins: ["https://a.example/"] },
    ],
    [
      '"origins[0]" must be an origin as browsers send it, "https://xn--bcher-kva.example"',
      { ...good, origins: ["https://b\u00fccher.example"] },
    ],
    [
      '"origins[0]" must be an origin as browsers send it, "https://a.example"',
      { ...good, origins: ["https://A.example:443"] },
    ],
    ['"origins[0]" must be an origin', { ...good, origins: ["*"] }],
    ['"origins[0]" must be an origin', { ...good, origins: ["https://*.a.example"] }],
    ['"origins[0]" must be an origin', { ...good, origins: ["null"] }],
    ['"origins[0]" must be an origin', { ...good, origins: ["file:///"] }],
    ['"origins[0]" must be an origin', { ...good, origins: ["capacitor://localhost/"] }],
    ['"origins[0]" must be an origin', { ...good, origins: ["data:text/plain,"] }],
    ['"maxBytes" must be a whole number of at least 1', { ...good, maxBytes: 0 }],
    ['"maxEvents" must be a whole number of at least 1 and at most 100', { ...good, maxEvents: 101 }],
    ['"waitFor" must be "stored" or "outcome"', { ...good, waitFor: "sent" }],
    ['"identifyTimeout" must be a whole number of at least 1', { ...good, identifyTimeout: 0 }],
    ['"schemaTimeout" must be a whole number of at least 1', { ...good, schemaTimeout: "5s" }],
    ['"bodyTimeout" must be', { ...good, bodyTimeout: Number.POSITIVE_INFINITY }],
    ['"rate" must be', { ...good, rate: true }],
    ['"rate" must be', { ...good, rate: [100] }],
    ['"rate" must be', { ...good, rate: new Map() }],
    ['"clock" must be a clock', { ...good, clock: { now: Date.now } }],
    [
      '"rate.events" must be a whole number of at least 100, which is "maxEvents", got 99',
      { ...good, rate: { events: 99 } },
    ],
    ['"rate.perMinute" must be left out', { ...good, rate: { perMinute: 9 } }],
    ['"allowedOrigins" must be left out', { ...good, allowedOrigins: [] }],
  ])("%s", (message, options) => {
    expect(() => createRelay(options as RelayOptions)).toThrow(`Cannot create relay: ${message}`);
  });

  test("a name may be as long as Intercom takes it", () => {
    expect(() => createRelay({ ...good, events: ["x".repeat(255)] })).not.toThrow();
  });
});
