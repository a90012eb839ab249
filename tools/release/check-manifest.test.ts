import { expect, it } from "vitest";
import { checkManifest, repositoryOf } from "./check-manifest.ts";
import type { PublicPackage } from "./packages.ts";

const entry = { "@intercom-events/source": "./src/index.ts", default: "./dist/index.js" };

const sound: PublicPackage = {
  short: "shop",
  folder: "packages/shop",
  manifest: {
    name: "@intercom-events/shop",
    version: "1.2.0",
    homepage: "https://github.com/intercom-events/intercom-events/tree/main/packages/shop#readme",
    bugs: "https://github.com/intercom-events/intercom-events/issues",
    license: "MIT",
    type: "module",
    engines: { node: ">=20" },
    repository: repositoryOf("shop"),
    exports: { ".": entry, "./package.json": "./package.json" },
    sideEffects: false,
    files: ["dist", "src", "!src/**/*.test.ts"],
    scripts: { build: "tsup" },
    dependencies: { "@intercom-events/core": "workspace:^", "openapi-fetch": "0.17.0" },
  },
  deno: {
    name: "@intercom-events/shop",
    version: "1.2.0",
    license: "MIT",
    exports: "./src/index.ts",
    imports: { "openapi-fetch": "npm:openapi-fetch@0.17.0" },
  },
};

it("finds nothing wrong with a sound package, for npm alone or for JSR too", () => {
  expect(checkManifest(sound)).toEqual([]);
  expect(checkManifest({ ...sound, deno: undefined })).toEqual([]);
});

const inPackage: Record<string, [change: object, problem: string]> = {
  "another name": [{ name: "shop" }, '"name" must be "@intercom-events/shop"'],
  "no license": [{ license: undefined }, '"license" must be "MIT"'],
  "no repository": [{ repository: undefined }, '"repository" must be'],
  "another home": [{ homepage: "https://example.org" }, '"homepage" must be'],
  "nowhere to report bugs": [{ bugs: undefined }, '"bugs" must be'],
  "other engines": [{ engines: { node: ">=18" } }, '"engines" must be'],
  "engines that undici does not run on": [{ dependencies: { undici: "^7.30.2" } }, '{"node":">=20.18.1"}'],
  "no word on side effects": [{ sideEffects: undefined }, '"sideEffects" must be false'],
  "side effects": [{ sideEffects: ["./page/**"] }, '"sideEffects" must be false'],
  "tests in the package": [{ files: ["dist", "src"] }, '"files" must leave out the tests'],
  "a registry of its own": [{ publishConfig: { registry: "https://npm.example" } }, '"publishConfig"'],
  ...Object.fromEntries(
    ["preinstall", "install", "postinstall", "prepare", "prepublish", "prepublishOnly", "publish"]
      .concat("preprepare", "postprepare", "prepack", "postpack", "postpublish")
      .map((script) => [
        `the script ${script}`,
        [{ scripts: { [script]: "node x.js" } }, `the script "${script}" is run by package managers`],
      ]),
  ),
  CommonJS: [{ type: undefined }, '"type" must be "module"'],
  "no build in the package": [{ files: ["src", "!src/**/*.test.ts"] }, '"files" must name dist'],
  "no source": [{ exports: { ".": { default: "./dist/index.js" } } }, "must begin with the source"],
  "another version than JSR": [{ version: "1.3.0" }, '"version of deno.json" must be "1.3.0", got "1.2.0"'],
  "an entry that JSR lacks": [
    {
      exports: {
        ".": entry,
        "./node": { "@intercom-events/source": "./src/node.ts" },
        "./package.json": "./package.json",
      },
    },
    '"exports of deno.json" must be',
  ],
  "another dependency than JSR": [
    { dependencies: { "openapi-fetch": "0.18.0" } },
    '"imports of deno.json" must be',
  ],
};

it.each(Object.entries(inPackage))("finds %s", (_name, [change, problem]) => {
  const problems = checkManifest({ ...sound, manifest: { ...sound.manifest, ...change } });
  expect(problems.join("\n")).toContain(problem);
});

const inDeno: Record<string, [change: object, problem: string]> = {
  "another name": [{ name: "@acme/shop" }, '"name of deno.json" must be "@intercom-events/shop"'],
  "another version": [{ version: "1.1.0" }, '"version of deno.json" must be "1.2.0", got "1.1.0"'],
  "another license": [{ license: "ISC" }, '"license of deno.json" must be "MIT", got "ISC"'],
};

it.each(Object.entries(inDeno))("finds %s for JSR", (_name, [change, problem]) => {
  const problems = checkManifest({ ...sound, deno: { ...sound.deno, ...change } as PublicPackage["deno"] });
  expect(problems).toEqual([expect.stringContaining(problem)]);
});
