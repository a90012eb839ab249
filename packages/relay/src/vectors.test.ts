import type { WireMetadata } from "@intercom-events/core";
import { afterAll, expect, test } from "vitest";
import encodeEventFile from "../../../spec/vectors/encode-event.json" with { type: "json" };
import encodeMetadataFile from "../../../spec/vectors/encode-metadata.json" with { type: "json" };
import { revive } from "../../core/tests/revive.ts";
import { request, resultsOf, seconds, startRelay } from "../test/start-relay.ts";

type Expected = { readonly metadata?: WireMetadata; readonly value?: { readonly metadata?: WireMetadata } };

/** Metadata that leaves no room for a name and a contact, so no event can have it. */
const WITHOUT_ROOM = /^as many characters as an event may have/;

/** Dates that as numbers are taken for milliseconds; a page's README says so. */
const FAR_AHEAD = /^a Date that is not meant to come/;

/** What a page sends after it has encoded, of each vector that can be encoded. */
const wires: readonly { name: string; wire: WireMetadata }[] = [
  ...encodeMetadataFile.cases,
  ...encodeEventFile.cases,
].flatMap(({ name, expect }) => {
  const { metadata, value } = revive(expect) as Expected;
  const wire = metadata ?? value?.metadata;
  return wire && !WITHOUT_ROOM.test(name) && !FAR_AHEAD.test(name) ? [{ name, wire }] : [];
});

const started = await startRelay({ maxMetadataKeys: 1000, maxBytes: 1_000_000 }, {}, { metadataKeys: 1000 });
afterAll(started.stop);

test("there are many", () => expect(wires.length).toBeGreaterThan(40));

// Each at a time of its own, as the client knows equal events.
const now = seconds();
const cases = wires.map((wire, index) => ({ ...wire, created_at: now - index }));

test.each(cases)("metadata arrives as the page has encoded it: $name", async ({ wire, created_at }) => {
  started.emulator.reset();
  const body = JSON.stringify({ events: [{ event_name: "a", created_at, metadata: wire }] });
  expect(await resultsOf(await started.relay.fetch(request(body, { cookie: "user=1" })))).toEqual([
    { status: "accepted" },
  ]);
  await started.stored();
  const [sent] = started.emulator.requests();
  const { metadata } = JSON.parse(String(sent?.body));
  expect(JSON.stringify(metadata)).toBe(JSON.stringify(wire)); // The order of the keys counts.
});
