import { expect, test } from "vitest";
import { richLink } from "./rich-link.ts";

test("a link is what was given, unchecked", () => {
  expect(richLink("nowhere", "")).toEqual({ url: "nowhere", value: "" });
});
