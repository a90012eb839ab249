/**
 * Runs the cases each transport must pass in Bun, and prints a line of JSON for each:
 *
 *     bun --conditions=@intercom-events/source test/conformance.bun.ts <address of an emulator>
 */
import { conformanceCases } from "../../core/tests/conformance.ts";
import { createClient } from "../src/index.ts";

for (const { name, run } of conformanceCases({ createClient, url: process.argv.at(-1) ?? "" })) {
  const failure = await run().then(
    () => undefined,
    (error: unknown) => String(error),
  );
  console.log(JSON.stringify({ name, failure }));
}
