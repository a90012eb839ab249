/** What a test run counted. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Adds up the suites of a JUnit report, as vitest and `deno test` write it.
 *
 * @throws {Error} if the text has no test suite
 */
export function countJunit(xml: string): Counts {
  const suites = [...xml.matchAll(/<testsuite\s([^>]*)>/g)].map(([, attributes = ""]) => attributes);
  if (suites.length === 0) throw new Error("The report has no test suite");
  const sum = (name: string): number =>
    suites.reduce(
      (total, attributes) => total + Number(new RegExp(`\\b${name}="(\\d+)"`).exec(attributes)?.[1] ?? 0),
      0,
    );
  const failed = sum("failures") + sum("errors");
  // vitest counts skipped tests as `skipped`, deno as `disabled`.
  const skipped = sum("skipped") + sum("disabled");
  return { passed: sum("tests") - failed - skipped, failed, skipped };
}
