import { expect, test } from "vitest";
import config from "../tsup.config.ts";

test("each build has options of Terser of its own, as Terser writes into them what a build is of", () => {
  const minified = (config as { terserOptions?: { compress: object; mangle: object } }[]).flatMap(
    ({ terserOptions }) => terserOptions ?? [],
  );
  expect(minified.length).toBeGreaterThan(1);
  expect(new Set(minified.map(({ compress }) => compress)).size).toBe(minified.length);
  expect(new Set(minified.map(({ mangle }) => mangle)).size).toBe(minified.length);
});
