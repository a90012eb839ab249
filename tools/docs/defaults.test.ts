import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const packages = join(import.meta.dirname, "../../packages");

/** What a package's table says of an option that has a number where nothing is said. */
interface Default {
  readonly option: string;
  readonly value: number;
}

/** The numbers in the tables of options of a README. */
function defaultsIn(readme: string): Default[] {
  const tables = readme.match(/^\| option .*\n(\|.*\n)+/gm) ?? [];
  return tables.flatMap((table) => {
    const [head = [], , ...rows] = table.trim().split("\n").map(cellsOf);
    return rows.flatMap((cells) => {
      const options = namesIn(cells[0] ?? "");
      const values = (cells[head.indexOf("default")] ?? "").split(", ").map(numberOf);
      if (options.length !== values.length) return [];
      return options.flatMap((option, index) => {
        const value = values[index];
        return value === undefined ? [] : [{ option, value }];
      });
    });
  });
}

function cellsOf(row: string): string[] {
  return row
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** Names such as `a` and `b` of "`a`, `queue.b`", and of "`relay({ retry: { a, b } })`". */
function namesIn(cell: string): string[] {
  return cell.match(/\w+(?=`| *[,}])/g) ?? [];
}

/** 30000 of "30 000", and of "30000 (half a minute)". */
function numberOf(text: string): number | undefined {
  const [, digits] = /^(\d[\d ]*?)(?: \(.*\))?$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits.replaceAll(" ", ""));
}

/** The numbers that docstrings give as `@default`, by the name of the option, whatever it is an option of. */
function documentedIn(folders: readonly string[]): Map<string, number[]> {
  const documented = new Map<string, number[]>();
  for (const file of globSync(`{${folders.join(",")}}/src/**/*.ts`, { cwd: packages })) {
    const source = readFileSync(join(packages, file), "utf8");
    for (const [, text = "", name = ""] of source.matchAll(
      /@default (\d.*)\n?(?:[ \t*/]*\n)*\s*readonly (\w+)\?/g,
    )) {
      documented.set(name, [...(documented.get(name) ?? []), ...(text.match(/\d+/g) ?? []).map(Number)]);
    }
  }
  return documented;
}

describe.each([
  ["node", 12],
  ["deno", 3],
  ["relay", 8],
  ["browser", 9],
  ["emulator", 4],
])("the README of %s", (name, least) => {
  const defaults = defaultsIn(readFileSync(join(packages, name, "README.md"), "utf8"));
  const documented = documentedIn(["core", name]);

  test("has numbers in its tables of options", () => {
    expect(defaults.length).toBeGreaterThanOrEqual(least);
  });

  test.each(defaults)("gives $value for $option, as its docstring does", ({ option, value }) => {
    expect(documented.get(option)).toContain(value);
  });
});
