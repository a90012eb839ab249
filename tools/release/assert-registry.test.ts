import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { assertRegistry } from "./assert-registry.ts";
import { findPackages } from "./packages.ts";
import { plainEnvironment } from "./plain-environment.ts";

/** Nothing listens there, and nothing is sent. */
const OURS = "http://127.0.0.1:9/";
const OTHER = "http://127.0.0.1:10/";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "registry-"));
  mkdirSync(join(root, "packages/shop"), { recursive: true });
  write("package.json", JSON.stringify({ name: "root", private: true, workspaces: ["packages/*"] }));
  write("pnpm-workspace.yaml", 'packages: ["packages/*"]\n');
  write("packages/shop/package.json", JSON.stringify({ name: "@acme/shop", version: "1.0.0" }));
  write("user.npmrc", `registry=${OURS}\n`);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  writeFileSync(join(root, path), text);
}

function check(registry = OURS, more: NodeJS.ProcessEnv = {}): Promise<void> {
  const env = { ...plainEnvironment(process.env), NPM_CONFIG_USERCONFIG: join(root, "user.npmrc"), ...more };
  return assertRegistry(findPackages(root), registry, { cwd: root, env });
}

it("lets pass what can only go to the registry on loopback", async () => {
  await expect(check()).resolves.toBeUndefined();
});

it("asks of the packages that are published, and of no private ones", () => {
  mkdirSync(join(root, "packages/site"));
  write("packages/site/package.json", JSON.stringify({ name: "@acme/site", private: true }));
  expect(findPackages(root).map(({ manifest }) => manifest.name)).toEqual(["@acme/shop"]);
});

it("refuses a registry that is not on loopback", async () => {
  await expect(check("https://registry.example/")).rejects.toThrow("is not on loopback");
});

it("refuses when the user's settings name another", async () => {
  write("user.npmrc", `registry=${OTHER}\n`);
  await expect(check()).rejects.toThrow(`would go to ${OTHER}`);
});

it("refuses when the repository names another", async () => {
  write(".npmrc", `registry=${OTHER}\n`);
  await expect(check()).rejects.toThrow(`would go to ${OTHER}`);
});

it("refuses when the environment names another", async () => {
  await expect(check(OURS, { pnpm_config_registry: OTHER })).rejects.toThrow(`would go to ${OTHER}`);
});

it("refuses another registry for the scope", async () => {
  write(".npmrc", `@acme:registry=${OTHER}\n`);
  await expect(check()).rejects.toThrow(`sends @acme to ${OTHER}`);
});

it("refuses a package with settings of its own", async () => {
  write("packages/shop/.npmrc", "");
  await expect(check()).rejects.toThrow("there is an .npmrc");
});

it("refuses a package that names a registry", async () => {
  const publishConfig = { registry: OURS };
  write(
    "packages/shop/package.json",
    JSON.stringify({ name: "@acme/shop", version: "1.0.0", publishConfig }),
  );
  await expect(check()).rejects.toThrow("names a registry of its own");
});
