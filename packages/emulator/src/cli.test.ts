import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { beforeAll, expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const cli = at("../reports/cli.mjs");

// Built here, so that the test runs on every Node and never meets a stale dist.
beforeAll(() =>
  build({
    entryPoints: [at("cli.ts")],
    outfile: cli,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
  }),
);

const run = (...args: string[]): ChildProcessByStdio<null, Readable, Readable> =>
  spawn(process.execPath, [cli, ...args], { stdio: ["ignore", "pipe", "pipe"] });

async function result(...args: string[]): Promise<[code: number, stdout: string, stderr: string]> {
  const child = run(...args);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return [code, stdout, stderr];
}

test.each(["SIGINT", "SIGTERM"] as const)("serves until %s", async (signal) => {
  const child = run("--port", "0", "--token", "secret");
  const [line] = await once(child.stdout.setEncoding("utf8"), "data");
  expect(line).toMatch(/^listening on http:\/\/127\.0\.0\.1:\d+\n$/);
  const url = String(line).slice("listening on ".length).trim();
  const list = `${url}/events?type=user&user_id=1`;
  expect((await fetch(list)).status).toBe(401);
  expect((await fetch(list, { headers: { authorization: "Bearer secret" } })).status).toBe(404);
  child.kill(signal);
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("--version, --help and mistakes", async () => {
  expect(await result("--version")).toEqual([0, `${manifest.version}\n`, ""]);
  expect(await result("--help")).toEqual([0, expect.stringContaining("--rate-limit N"), ""]);
  expect(await result("--port", "x")).toEqual([
    2,
    "",
    'intercom-events-emulator: --port must be a number from 0 to 65535, got "x"\nSee intercom-events-emulator --help\n',
  ]);
  const [code, , stderr] = await result("--host", "192.0.2.1", "--port", "0");
  expect([code, stderr]).toEqual([1, expect.stringContaining("cannot listen on 192.0.2.1:0")]);
});
