import { expect, it } from "vitest";
import { judgeLicenses } from "./check-licenses.ts";

const one = (name: string) => [{ name, versions: ["1.0.0"] }];

it("takes licences that ask for a notice alone", () => {
  expect(judgeLicenses({ MIT: one("ajv"), "BSD-3-Clause": one("fast-uri") })).toEqual([]);
});

it.each(["GPL-3.0-only", "MPL-2.0", "Unknown", "MIT OR GPL-2.0", "UNLICENSED"])("refuses %s", (license) => {
  expect(judgeLicenses({ MIT: one("ajv"), [license]: one("odd") })).toEqual([
    `odd 1.0.0 has the licence ${license}`,
  ]);
});

it("refuses to judge nothing", () => {
  expect(judgeLicenses({})).toEqual(["pnpm lists no licences"]);
});
