import { deleteDB } from "idb";
import { afterEach, expect, test } from "vitest";
import { type OutboxStore, outboxCases } from "../../core/tests/outbox-contract.ts";
import { assertLikeMemory } from "../../core/tests/outbox-property.ts";
import { indexedDbOutbox } from "./indexed-db-outbox.ts";

afterEach(async () => {
  for (const { name = "" } of await indexedDB.databases()) await deleteDB(name);
});

/** A database of its own, with room for what the cases keep. */
function createStore(): OutboxStore {
  const name = `outbox-${crypto.randomUUID()}`;
  return { open: (options) => indexedDbOutbox({ maxDeadLetters: 1000, ...options, name }) };
}

for (const { name, run } of outboxCases(createStore)) test(`the outbox in IndexedDB ${name}`, run);

test("the outbox in IndexedDB answers any calls as the one in memory does", () =>
  assertLikeMemory(createStore, 40));
