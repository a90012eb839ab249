/**
 * Checks the types of all TypeScript in the documents, so that what people copy from them compiles:
 *
 *     node tools/docs/check-code.ts
 */
import { globSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { codeBlocksOf, moduleOf } from "./code-blocks.ts";

const root = join(import.meta.dirname, "../..");

const DOCUMENTS = ["README.md", "packages/*/README.md", "docs/*.md", "docs/guide/*.md"];

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  jsx: ts.JsxEmit.Preserve,
  lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  types: ["node", "deno"],
  typeRoots: [join(root, "node_modules/@types"), join(root, "packages/deno/node_modules/@types")],
  strict: true,
  exactOptionalPropertyTypes: true,
  customConditions: ["@intercom-events/source"],
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
};

/** Documents as modules, each beside its document, so that it finds the same packages. */
const modules = new Map<string, string>();
let blocks = 0;
for (const path of globSync(DOCUMENTS, { cwd: root, exclude: (name) => name.includes("node_modules") })) {
  const document = join(root, path);
  const found = codeBlocksOf(readFileSync(document, "utf8"));
  blocks += found.length;
  if (found.length > 0) modules.set(`${document}.ts`, moduleOf(found));
}

const host = ts.createCompilerHost(options);
const { fileExists, getSourceFile, readFile } = host;
host.fileExists = (name) => modules.has(name) || fileExists(name);
host.readFile = (name) => modules.get(name) ?? readFile(name);
host.getSourceFile = (name, languageVersion, ...rest) => {
  const text = modules.get(name);
  return text === undefined
    ? getSourceFile(name, languageVersion, ...rest)
    : ts.createSourceFile(name, text, languageVersion);
};

const program = ts.createProgram([...modules.keys()], options, host);
const faults = [...modules.keys()].flatMap((name) => {
  const file = program.getSourceFile(name);
  return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
});
for (const { file, start = 0, messageText } of faults) {
  const { line } = file?.getLineAndCharacterOfPosition(start) ?? { line: 0 };
  const path = relative(root, file?.fileName ?? "").replace(/\.ts$/, "");
  console.error(`${path}:${line + 1} ${ts.flattenDiagnosticMessageText(messageText, "\n  ")}`);
}
console.log(`${blocks} blocks of code in ${modules.size} documents, ${faults.length} faults`);
process.exitCode = faults.length === 0 && blocks > 0 ? 0 : 1;
