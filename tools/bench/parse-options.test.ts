import { expect, test } from "vitest";
import { parseOptions } from "./parse-options.ts";

const parse = (...args: string[]): ReturnType<typeof parseOptions> =>
  parseOptions(args, ["track", "goodput"], "/home");

test("without arguments all benchmarks run with their own defaults, and are kept", () => {
  expect(parse()).toEqual({ names: [], options: {}, folder: "/home", reportOnly: false, minutes: 15 });
});

test("names, single numbers and lists are taken", () => {
  const request = parse(
    "goodput",
    "--rounds",
    "3",
    "--processes",
    "1,16",
    "--minutes",
    "60",
    "--folder",
    "/tmp/x",
  );
  expect(request).toEqual({
    names: ["goodput"],
    options: { rounds: 3, processes: [1, 16] },
    folder: "/tmp/x",
    reportOnly: false,
    minutes: 60,
  });
});

test("clients are named one by one, as a name may have a comma", () => {
  const { options } = parse("goodput", "--client", "one", "--client", "two, by hand");
  expect(options).toEqual({ clients: ["one", "two, by hand"] });
});

test("a quick run is small and writes nothing unless a folder is named; what is given counts more", () => {
  const { options, folder } = parse("--quick", "--events", "5000");
  expect(folder).toBeUndefined();
  expect(options).toMatchObject({ rounds: 1, events: 5000, sizes: [1000] });
  expect(parse("--quick", "--folder", "/tmp/x").folder).toBe("/tmp/x");
  expect(parse("--no-save", "--folder", "/tmp/x").folder).toBeUndefined();
});

test.each([
  [["unknown"], 'There is no benchmark "unknown", only track, goodput'],
  [["--rounds", "0"], '"--rounds" must be positive whole numbers, got 0'],
  [["--sizes", "10,x"], '"--sizes" must be positive whole numbers, got 10,x'],
  [["--fast"], "Unknown option '--fast'"],
])("%j is refused", (args, message) => {
  expect(() => parse(...args)).toThrow(message);
});
