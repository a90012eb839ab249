import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
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

const folder = mkdtempSync(join(tmpdir(), "emulator-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

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

/** The address it says it listens on. */
async function urlOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<string> {
  const [line] = await once(child.stdout.setEncoding("utf8"), "data");
  expect(line).toMatch(/^listening on http:\/\/127\.0\.0\.1:\d+\n$/);
  return String(line).slice("listening on ".length).trim();
}

test.each(["SIGINT", "SIGTERM"] as const)("serves until %s", async (signal) => {
  const child = run("--port", "0", "--token", "secret");
  const url = await urlOf(child);
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

/** A program that posts events, prints what it found in its environment, and exits with 7. */
const program = `
  const { INTERCOM_BASE_URL: url, INTERCOM_ACCESS_TOKEN: token } = process.env;
  const post = (event_name) => fetch(url + "/events", {
    method: "POST",
    headers: { authorization: "Bearer " + token, "content-type": "application/json" },
    body: JSON.stringify({ event_name, created_at: 1, user_id: "1" }),
  }).then(({ status }) => status);
  console.log(token, await post("a"), await post("a"), await post("b"));
  process.exitCode = 7;
`;
const command = [process.execPath, "--input-type=module", "--eval", program] as const;

test("exec runs a command with the emulator in its environment, and exits with its code", async () => {
  expect(await result("exec", "--token", "secret", "--event-names", "1", "--", ...command)).toEqual([
    7,
    "secret 202 202 422\n",
    "intercom-events-emulator: 3 requests: 1 stored, 1 duplicate, 0 answered, 1 refused\n  1 × 422 422 (event_name)\n",
  ]);
});

test("exec says of a program that sent nothing what it may have missed", async () => {
  expect(await result("exec", "--", process.execPath, "--eval", "")).toEqual([
    0,
    "",
    "intercom-events-emulator: 0 requests: 0 stored, 0 duplicate, 0 answered, 0 refused\n  no request came: does the program take its address from INTERCOM_BASE_URL (createClient's baseUrl)?\n",
  ]);
});

test.each([
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("exec hands %s on, and exits as shells do for a command that one ended", async (signal, code) => {
  const child = run(
    "exec",
    "--",
    process.execPath,
    "--eval",
    "console.log('up'); setInterval(() => {}, 1000)",
  );
  await once(child.stdout, "data");
  child.kill(signal);
  expect(await once(child, "exit")).toEqual([code, null]);
});

/** A program that says how often it was interrupted, once it is to end. */
const interrupted = `
  let count = 0;
  process.on("SIGINT", () => (count += 1));
  process.on("SIGTERM", () => process.exit(console.log("interrupted", count)));
  setInterval(() => {}, 1000);
  console.log("up");
`;

/** Makes a process take its input for a terminal, which a test has none of. */
const terminal = `data:text/javascript,
  import { syncBuiltinESMExports } from "node:module";
  import tty from "node:tty";
  tty.isatty = () => true;
  syncBuiltinESMExports();
`;

test.each([
  [
    "leaves an interrupt to the terminal, which has sent it to the command as well",
    ["--import", terminal],
    0,
  ],
  ["hands an interrupt on where there is no terminal", [], 1],
])("exec %s", async (_, flags, count) => {
  const args = [...flags, cli, "exec", "--", process.execPath, "--eval", interrupted];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  const said = text(child.stdout);
  await once(child.stdout, "readable");
  child.kill("SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 100));
  child.kill("SIGTERM");
  expect(await said).toBe(`up\ninterrupted ${count}\n`);
});

test("exec says when there is no such command", async () => {
  const [code, , stderr] = await result("exec", "--", join(folder, "nothing"));
  expect([code, stderr]).toEqual([127, expect.stringContaining("cannot run")]);
});

test.runIf(process.getBuiltinModule?.("node:sqlite"))("--data outlives a killed process", async () => {
  const args = ["--port", "0", "--data", join(folder, "a.db")];
  const killed = run(...args);
  const url = await urlOf(killed);
  for (let created_at = 1; created_at <= 20; created_at += 1) {
    const body = JSON.stringify({ event_name: "a", created_at, user_id: "1" });
    const headers = { authorization: "Bearer t", "content-type": "application/json" };
    expect((await fetch(`${url}/events`, { method: "POST", headers, body })).status).toBe(202);
  }
  killed.kill("SIGKILL");
  await once(killed, "exit");
  const child = run(...args);
  const events = await (await fetch(`${await urlOf(child)}/_emulator/events`)).json();
  expect(events).toHaveLength(20);
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("a data file that cannot be opened is an error", async () => {
  const [code, , stderr] = await result("--data", join(folder, "none", "a.db"));
  expect([code, stderr]).toEqual([1, expect.stringContaining("Cannot open data file")]);
});
