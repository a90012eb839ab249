import { systemClock } from "@intercom-events/core";
import { expect, test } from "vitest";
import type { RelayOptions } from "./index.ts";
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
