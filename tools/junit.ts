import { XMLParser } from "fast-xml-parser";

/** What a test run counted. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A test that failed. */
export interface Failure {
  /** The file and the test's name. */
  readonly test: string;
  /** What was expected, or the error, as the runner words it. */
  readonly message: string;
}

/** What is read of a report; attributes are strings. */
interface Report {
  readonly testsuites?: { readonly testsuite?: readonly Suite[] };
}

interface Suite extends Readonly<Partial<Record<(typeof COUNTS)[number], string>>> {
  readonly name: string;
  readonly testcase?: readonly Case[];
}

interface Case {
  readonly name: string;
  readonly failure?: readonly Problem[];
  readonly error?: readonly Problem[];
}

type Problem = string | { readonly message?: string; readonly "#text"?: string };

const COUNTS = ["tests", "failures", "errors", "skipped", "disabled"] as const;

const LISTS = new Set(["testsuite", "testcase", "failure", "error"]);

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  isArray: (name, _path, _isLeaf, isAttribute) => LISTS.has(name) && !isAttribute,
});

/**
 * Adds up the suites of a JUnit report, as vitest and `deno test` write it.
 *
 * @throws {Error} if the text has no test suite
 */
export function countJunit(xml: string): Counts {
  const suites = suitesOf(xml);
  const sum = (name: (typeof COUNTS)[number]): number =>
    suites.reduce((total, suite) => total + Number(suite[name] ?? 0), 0);
  const failed = sum("failures") + sum("errors");
  // vitest counts skipped tests as `skipped`, deno as `disabled`.
  const skipped = sum("skipped") + sum("disabled");
  return { passed: sum("tests") - failed - skipped, failed, skipped };
}

/**
 * The tests that failed in a JUnit report, and why.
 *
 * @throws {Error} if the text has no test suite
 */
export function failuresOf(xml: string): Failure[] {
  return suitesOf(xml).flatMap((suite) =>
    (suite.testcase ?? []).flatMap((test) =>
      [...(test.failure ?? []), ...(test.error ?? [])].map((problem) => ({
        test: `${suite.name} > ${test.name}`,
        message: messageOf(problem),
      })),
    ),
  );
}

function messageOf(problem: Problem): string {
  if (typeof problem === "string") return problem;
  return problem["#text"] ?? problem.message ?? "";
}

function suitesOf(xml: string): readonly Suite[] {
  const suites = (parser.parse(xml) as Report).testsuites?.testsuite ?? [];
  if (suites.length === 0) throw new Error("The report has no test suite");
  return suites;
}
