import { type OutboxStore, outboxCases } from "../../core/tests/outbox-contract.ts";
import { assertLikeMemory } from "../../core/tests/outbox-property.ts";
import { denoKvOutbox } from "./deno-kv-outbox.ts";

const folder = Deno.makeTempDirSync({ prefix: "outbox-" });
Deno.test.afterAll(() => Deno.removeSync(folder, { recursive: true }));
let files = 0;

/** A store in a file of its own. */
function createStore(): OutboxStore {
  files += 1;
  const path = `${folder}/${files}.kv`;
  return { open: (options) => denoKvOutbox({ ...options, path }) };
}

for (const { name, run } of outboxCases(createStore)) Deno.test(`the outbox in Deno KV ${name}`, run);

Deno.test("the outbox in Deno KV answers any calls as the one in memory does", () =>
  assertLikeMemory(createStore, 40));
