import { encodeMetadata, type WireMetadata } from "@intercom-events/core";
import { afterAll, expect, test } from "vitest";
import encodeEventFile from "../../../spec/vectors/encode-event.json" with { type: "json" };
import encodeMetadataFile from "../../../spec/vectors/encode-metadata.json" with { type: "json" };
import { revive } from "../../core/tests/revive.ts";
import { request, resultsOf, seconds, startRelay } from "../test/start-relay.ts";

/** What a page sends after it has encoded, of each vector that can be encoded. */
const wires: readonly { name: string; wire: WireMetadata }[] = [
  ...encodeMetadataFile.cases.map(({ name, metadata }) => ({ name, metadata })),
  ...encodeEventFile.cases.map(({ name, event }) => ({
    name,
    metadata: (event as { metadata?: unknown } | null)?.metadata,
  })),
].flatMap(({ name, metadata }) => {
  const encoded = encodeMetadata(
    revive({ metadata }) && (revive({ metadata }) as { metadata: unknown }).metadata,
  );
  return encoded.ok ? [{ name, wire: encoded.metadata }] : [];
});

const started = await startRelay({ maxMetadataKeys: 1000, maxBytes: 1_000_000 }, {}, { metadataKeys: 1000 });
afterAll(started.stop);

test("there are many", () => expect(wires.length).toBeGreaterThan(40));

test.each(wires)("metadata arrives as the page has encoded it: $name", async ({ wire }) => {
  started.emulator.reset();
  const body = JSON.stringify({ events: [{ event_name: "a", created_at: seconds(), metadata: wire }] });
  expect(await resultsOf(await started.relay.fetch(request(body)))).toEqual([{ status: "accepted" }]);
  await started.stored();
  const [sent] = started.emulator.requests();
  const { metadata } = JSON.parse(String(sent?.body));
  expect(JSON.stringify(metadata)).toBe(JSON.stringify(wire)); // The order of the keys counts.
});
