import { expect, it } from "vitest";
import { countTask } from "./count-task.ts";
import type { Counts } from "./junit.ts";

const NONE: Counts = { passed: 0, failed: 0, skipped: 0 };
const SOUND: Counts = { passed: 5, failed: 0, skipped: 1 };
const BROKEN: Counts = { passed: 3, failed: 2, skipped: 1 };

it.each<[string, Parameters<typeof countTask>, Counts]>([
  ["what its report says", [SOUND, false, true], SOUND],
  ["the failures of its report", [BROKEN, true, true], BROKEN],
  ["the failures of its report, though it ended well", [BROKEN, false, true], BROKEN],
  ["a failure if it failed over no test", [SOUND, true, true], { ...SOUND, failed: 1 }],
  ["a failure if it failed and left no report", [undefined, true, true], { ...NONE, failed: 1 }],
  ["a failure if it left no report, though it ended well", [undefined, false, true], { ...NONE, failed: 1 }],
  ["a failure if it failed and has no report to leave", [undefined, true, false], { ...NONE, failed: 1 }],
  ["nothing if it ended well and has no report to leave", [undefined, false, false], NONE],
])("a task adds %s", (_, given, expected) => {
  expect(countTask(...given)).toEqual(expected);
});
