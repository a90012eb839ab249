import { it } from "vitest";
import { outboxCases } from "../tests/outbox-contract.ts";
import { createMemoryStore, memoryOutbox } from "./memory-outbox.ts";

const cases = outboxCases(() => {
  const store = createMemoryStore();
  return { open: (options) => memoryOutbox({ ...options, store }) };
});

for (const { name, run } of cases) it(name, run);
