import { join } from "node:path";
import { createEmulator } from "@intercom-events/emulator";
import { expect, test } from "vitest";
import { copyExample } from "./copy-example.ts";
import { runScript } from "./run-script.ts";

test("node-script: its event arrives, and it ends", async () => {
  await using copy = await copyExample("node-script");
  const emulator = createEmulator({ tokens: "token" });
  const { url } = await emulator.listen();
  const env = { INTERCOM_BASE_URL: url, INTERCOM_ACCESS_TOKEN: "token" };
  await using program = runScript(copy.directory, ["npm", "start"], env);
  const { code, output } = await program.ended;
  expect(output).toContain("status: 'accepted'");
  expect(code).toBe(0);
  expect(emulator.events({ eventName: "placed-order", contact: "314159" })).toHaveLength(1);
  await emulator.close();
});

test("node-script: a refused event ends it with an error", async () => {
  await using copy = await copyExample("node-script");
  const emulator = createEmulator({ tokens: "token", faults: [{ status: 422 }] });
  const { url } = await emulator.listen();
  const env = { INTERCOM_BASE_URL: url, INTERCOM_ACCESS_TOKEN: "token" };
  await using program = runScript(copy.directory, ["npm", "start"], env);
  const { code, output } = await program.ended;
  expect(output).toContain("status: 'rejected'");
  expect(code).toBe(1);
  await emulator.close();
});

test("the emulator runs an example as its README says, and tells what was stored", async () => {
  await using copy = await copyExample("node-script");
  const emulator = join(import.meta.dirname, "../../packages/emulator/dist/cli.js");
  await using program = runScript(copy.directory, ["node", emulator, "exec", "--", "npm", "start"]);
  const { code, output } = await program.ended;
  expect(output).toContain("status: 'accepted'");
  expect(output).toContain("1 stored");
  expect(code).toBe(0);
});
