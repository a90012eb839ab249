import { describe, expect, test } from "vitest";
import type { ClientOptions } from "./index.ts";
import { splitRuntimeOptions } from "./runtime-options.ts";

/** Options of a package that takes two besides those of core. */
interface Options extends ClientOptions {
  readonly idle?: number | undefined;
  readonly grace?: number | undefined;
}

const DEFAULTS = { idle: 4000, grace: 0 };

const split = (options: unknown) => splitRuntimeOptions(options as Options, DEFAULTS);

test("options of a runtime's package are parted from those of core, which are left as they are", () => {
  const options = { token: 5, region: undefined, typo: "x", idle: 1, grace: Number.MAX_SAFE_INTEGER };
  expect(split(options)).toStrictEqual({
    own: { idle: 1, grace: Number.MAX_SAFE_INTEGER },
    core: { runtimeOptions: ["idle", "grace"], token: 5, region: undefined, typo: "x" },
  });
  expect(Object.keys(options)).toEqual(["token", "region", "typo", "idle", "grace"]);
});

test("those that are left out, or undefined, have their defaults", () => {
  expect(split({ token: "token", idle: undefined }).own).toStrictEqual(DEFAULTS);
});

describe("options are refused", () => {
  test.each([
    [undefined, "the options must be an object such as { token }, got undefined"],
    [null, "the options must be an object such as { token }, got null"],
    ["the-token", "the options must be an object such as { token }, got string"],
    [{ idle: -1 }, '"idle" must be whole milliseconds, 0 or more, got number -1'],
    [{ grace: 0.5 }, '"grace" must be whole milliseconds, 0 or more, got number 0.5'],
    [{ grace: "5" }, '"grace" must be whole milliseconds, 0 or more, got string'],
    [{ idle: null }, '"idle" must be whole milliseconds, 0 or more, got object'],
    [
      { transport: undefined },
      '"transport" must be left out; a client with another one is made by @intercom-events/core',
    ],
    [
      { release() {} },
      '"release" must be left out; a client with another one is made by @intercom-events/core',
    ],
  ])("%o", (options, message) => {
    expect(() => split(options)).toThrow(new TypeError(`Cannot create client: ${message}`));
  });
});
