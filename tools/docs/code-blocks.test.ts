import { expect, test } from "vitest";
import { codeBlocksOf, moduleOf } from "./code-blocks.ts";

const DOCUMENT = `# Title

\`\`\`ts
import { createClient, type Client as C, richLink as link } from "a";
import type { Verdict } from "b";
import ts from "c";
import * as all from "d";
export const client = createClient();
\`\`\`

<!-- given env: { TOKEN: string } -->
<!-- given app: App -->
  \`\`\`\`ts twoslash
  import {
    a,
  } from "e";
  if (a) {
    b();
  }
  \`\`\`\`

\`\`\`sh
npm test
\`\`\`

\`\`\`ts no-check
const a =
\`\`\`

\`\`\`ts
const client = 2;
`;

test("finds TypeScript, with the names that are given, up to the end of a document", () => {
  expect(codeBlocksOf(DOCUMENT)).toEqual([
    { line: 4, code: expect.stringContaining("export const client"), given: [] },
    {
      line: 14,
      code: 'import {\n  a,\n} from "e";\nif (a) {\n  b();\n}',
      given: ["env: { TOKEN: string }", "app: App"],
    },
    { line: 31, code: "const client = 2;\n", given: [] },
  ]);
  expect(codeBlocksOf("no code")).toEqual([]);
});

test("makes one module, in which each line stands where it does in the document", () => {
  const lines = moduleOf(codeBlocksOf(DOCUMENT)).split("\n");
  expect(lines.slice(2, 8)).toEqual([
    "async function block4() {",
    'const { createClient, richLink: link } = await import("a"); type C = import("a").Client;',
    'type Verdict = import("b").Verdict;',
    'const { default: ts } = await import("c");',
    'const all = await import("d");',
    "const client = createClient();",
  ]);
  expect(lines[12]).toBe("async function block14() { let env!: { TOKEN: string }; let app!: App;");
  expect(lines[13]).toBe('const { a } = await import("e");');
  expect(lines.slice(16, 19)).toEqual(["if (a) {", "  b();", "}"]);
  expect(lines[30]).toBe("const client = 2;");
  expect(lines.slice(-4)).toEqual(["", "}}}", "export {};", ""]);
});

test("what a module exports is there within a function, too", () => {
  const code = "export default { fetch };\nexport const a = 1;\nexport function b() {}";
  const lines = moduleOf([{ line: 2, code, given: [] }]).split("\n");
  expect(lines.slice(1, 4)).toEqual(["void { fetch };", "const a = 1;", "function b() {}"]);
});
