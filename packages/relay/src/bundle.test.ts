import { build } from "esbuild";
import { expect, test } from "vitest";

/** What a bundler for the edge makes of a program that uses this package, and what it left outside. */
async function bundle(program: string): Promise<{ code: string; outside: string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: program, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module"],
    external: ["node:*"],
    conditions: ["@intercom-events/source", "import"],
    logLevel: "error",
  });
  const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  return { code: outputFiles[0]?.text ?? "", outside };
}

test.each(["./index.ts", "./node.ts"])(
  "importing %s does nothing: unused, it leaves no code behind",
  async (entry) => {
    expect((await bundle(`import "${entry}"`)).code.trim()).toBe("");
  },
);

test.each(["./index.ts", "./node.ts"])("%s needs nothing of Node.js", async (entry) => {
  const { code, outside } = await bundle(`export * from "${entry}"`);
  expect(outside).toEqual([]);
  expect(code).not.toMatch(/\bprocess\b|\bBuffer\b|\brequire\b/);
});

test("nothing of a server client comes along", async () => {
  const { code } = await bundle(`export * from "./index.ts"`);
  for (const text of ["Bearer", "openapi", "Intercom-Version", "zmw"]) expect(code).not.toContain(text);
});
