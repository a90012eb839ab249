import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmulator } from "@intercom-events/emulator";
import { expect, test } from "vitest";
import { openChromium } from "./open-chromium.ts";
import { runScript } from "./run-script.ts";

const root = join(import.meta.dirname, "../..");

/** The packages that the example asks for, and what those ask for. */
const PACKED = ["browser", "core", "node", "relay"];

/** Runs a command to its end, with the settings that installing needs, such as which registry to use. */
async function run(directory: string, command: [string, ...string[]]): Promise<string> {
  const settings = Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value]] : []));
  const { code, output } = await runScript(directory, command, Object.fromEntries(settings)).ended;
  expect(code, output).toBe(0);
  return output;
}

/** A port that is free, for the address has to be known before the server starts. */
async function findPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Has the copy take our packages as they would be published. */
async function usePacked(directory: string): Promise<void> {
  const files: Record<string, string> = {};
  for (const name of PACKED) {
    const output = await run(join(root, "packages", name), ["pnpm", "pack", "--pack-destination", directory]);
    const [file] =
      /[\w.-]+\.tgz/.exec(output.split("\n").findLast((line) => line.includes(".tgz")) ?? "") ?? [];
    files[`@intercom-events/${name}`] = `file:./${file}`;
  }
  const path = join(directory, "package.json");
  const manifest = JSON.parse(await readFile(path, "utf8"));
  const { "@intercom-events/core": core, ...direct } = files;
  const dependencies = { ...manifest.dependencies, ...direct };
  await writeFile(
    path,
    JSON.stringify({ ...manifest, dependencies, overrides: { "@intercom-events/core": core } }),
  );
}

test("next: the events of its page and of its server action arrive", async () => {
  const directory = await mkdtemp(join(tmpdir(), "intercom-events-next-"));
  const emulator = createEmulator({ tokens: "token" });
  const { url } = await emulator.listen();
  try {
    await cp(join(root, "examples/next"), directory, { recursive: true });
    await usePacked(directory);
    await run(directory, ["npm", "install", "--no-audit", "--no-fund"]);
    const port = await findPort();
    const site = `http://127.0.0.1:${port}`;
    await using server = runScript(directory, ["npm", "start"], {
      SITE_ORIGIN: site,
      INTERCOM_BASE_URL: url,
      INTERCOM_ACCESS_TOKEN: "token",
      NEXT_TELEMETRY_DISABLED: "1",
      PORT: String(port),
    });
    await server.address();
    const browser = await openChromium();
    try {
      const page = await browser.newPage();
      await page.goto(site);
      await emulator.waitForEvent({ eventName: "viewed-tea-pot", contact: "314159" }, { timeoutMs: 30_000 });
      await page.click("button");
      await emulator.waitForEvent({ eventName: "placed-order", contact: "314159" }, { timeoutMs: 30_000 });
    } finally {
      await browser.close();
    }
    expect(emulator.events()).toHaveLength(2);
  } finally {
    await emulator.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
});
