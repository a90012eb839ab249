/** A block of TypeScript in a document. */
export interface CodeBlock {
  /** The line it begins on, from 1. */
  readonly line: number;
  readonly code: string;
  /** Names that the reader has, with their types: `env: { TOKEN: string }`. */
  readonly given: readonly string[];
}

/**
 * The blocks of TypeScript in a document of Markdown, but for those marked ` ```ts no-check `. What the reader is
 * taken to have stands before a block in comments of a line: `<!-- given env: { TOKEN: string } -->`.
 */
export function codeBlocksOf(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = markdown.split("\n");
  let given: string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const name = /^<!-- given (.*) -->$/.exec(lines[index] ?? "")?.[1];
    if (name !== undefined) given.push(name);
    const fence = /^(\s*)(`{3,})(\S*)(.*)$/.exec(lines[index] ?? "");
    if (!fence) continue;
    const [, indent = "", ticks = "", language = "", rest = ""] = fence;
    const first = index + 1;
    const isEnd = (line: string): boolean => line.trim() === ticks;
    for (index = first; index < lines.length && !isEnd(lines[index] ?? ""); index += 1);
    if (!/^(ts|tsx|typescript)$/.test(language) || /\bno-check\b/.test(rest)) continue;
    const code = lines.slice(first, index).map((line) => line.replace(indent, ""));
    blocks.push({ line: first + 1, code: code.join("\n"), given });
    given = [];
  }
  return blocks;
}

/**
 * One module of all blocks of a document, line by line where they stand in it: a block may use the names of
 * those before it, and may declare them anew.
 */
export function moduleOf(blocks: readonly CodeBlock[]): string {
  const lines: string[] = [];
  for (const { line, code, given } of blocks) {
    while (lines.length < line - 2) lines.push("");
    // In the place of the fence, so that the lines of a block are those of the document.
    const names = given.map((name) => ` let ${name.replace(":", "!:")};`).join("");
    lines.push(`async function block${line}() {${names}`, ...withoutModuleSyntax(code).split("\n"));
  }
  return `${lines.join("\n")}\n${"}".repeat(blocks.length)}\nexport {};\n`;
}

/** Imports and exports stand at the top of a module alone; within a function they are spelled differently. */
function withoutModuleSyntax(code: string): string {
  return code
    .replace(/^import\s+([^"';]*?)\s+from\s+("[^"]+");?/gm, (whole, names: string, from: string) => {
      const padding = "\n".repeat(whole.split("\n").length - 1);
      return importWithin(names.replace(/\s+/g, " ").trim(), from) + padding;
    })
    .replace(/^export default /gm, "void ")
    .replace(/^export /gm, "");
}

function importWithin(names: string, from: string): string {
  const list = /\{(.*)\}/.exec(names)?.[1];
  const isTypeOnly = names.startsWith("type ");
  const whole = names
    .replace(/\{.*\}/, "")
    .replace(/^type\s+/, "")
    .replace(/,\s*$/, "")
    .trim();
  const parts = list === undefined ? [] : list.split(",").flatMap((name) => name.trim() || []);
  const values: string[] = [];
  const types: string[] = [];
  for (const part of parts) {
    const isType = isTypeOnly || part.startsWith("type ");
    const [name = "", alias = name] = part.replace(/^type\s+/, "").split(/\s+as\s+/);
    if (isType) types.push(`type ${alias} = import(${from}).${name};`);
    else values.push(name === alias ? name : `${name}: ${alias}`);
  }
  if (whole.startsWith("* as ")) return `const ${whole.slice(5)} = await import(${from});`;
  if (whole !== "") values.push(`default: ${whole}`);
  const constants = values.length > 0 ? `const { ${values.join(", ")} } = await import(${from});` : "";
  return [constants, ...types].filter(Boolean).join(" ");
}
