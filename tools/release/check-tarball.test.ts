import { expect, it } from "vitest";
import { checkTarball, type Tarball } from "./check-tarball.ts";

const sound: Tarball = {
  files: ["package.json", "README.md", "LICENSE", "dist/index.js", "dist/index.d.ts", "src/index.ts"],
  manifest: {
    name: "@acme/shop",
    version: "1.2.0",
    exports: {
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./package.json": "./package.json",
    },
    scripts: { build: "tsup", test: "vitest run" },
    dependencies: { "@acme/core": "^1.2.0", undici: "7.30.2" },
  },
};
const versions = new Map([
  ["@acme/shop", "1.2.0"],
  ["@acme/core", "1.2.0"],
]);

it("finds nothing wrong with a sound package", () => {
  expect(checkTarball(sound, versions)).toEqual([]);
});

const { files, manifest } = sound;
const broken: Record<string, [Tarball, string]> = {
  "no licence": [{ files: files.filter((name) => name !== "LICENSE"), manifest }, "LICENSE is missing"],
  "no readme": [{ files: files.filter((name) => name !== "README.md"), manifest }, "README.md is missing"],
  "a unit test": [{ files: [...files, "src/index.test.ts"], manifest }, "src/index.test.ts is a test"],
  "a type test": [{ files: [...files, "src/index.test-d.ts"], manifest }, "src/index.test-d.ts is a test"],
  "a folder of tests": [{ files: [...files, "test/serve.ts"], manifest }, "test/serve.ts is a test"],
  "a benchmark": [{ files: [...files, "src/index.bench.ts"], manifest }, "src/index.bench.ts is a test"],
  ...Object.fromEntries(
    ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"].map(
      (script) => [
        `the install script ${script}`,
        [
          { files, manifest: { ...manifest, scripts: { [script]: "node x.js" } } },
          `the script "${script}" runs when it is installed`,
        ],
      ],
    ),
  ),
  "something to compile": [
    { files: [...files, "binding.gyp"], manifest },
    "binding.gyp would be compiled when it is installed",
  ],
  ...Object.fromEntries(
    ["workspace:^", "file:../core", "link:../core", "catalog:", "git+https://git.example/core.git"].flatMap(
      (range) =>
        (["dependencies", "peerDependencies", "optionalDependencies"] as const).map((kind) => [
          `the range ${range} in ${kind}`,
          [
            { files, manifest: { ...manifest, [kind]: { "@acme/core": range } } },
            `${kind}.@acme/core is ${range}`,
          ],
        ]),
    ),
  ),
  "a version out of step": [
    { files, manifest: { ...manifest, dependencies: { "@acme/core": "^1.1.0" } } },
    "dependencies.@acme/core is ^1.1.0, but ^1.2.0 is published with it",
  ],
  "an export without its file": [
    { files: files.filter((name) => name !== "dist/index.d.ts"), manifest },
    "exports name dist/index.d.ts, which is not in it",
  ],
};

it.each(Object.entries(broken))("refuses %s", (_name, [tarball, problem]) => {
  expect(checkTarball(tarball, versions)).toEqual([problem]);
});
