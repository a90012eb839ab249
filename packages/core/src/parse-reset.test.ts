import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyHeaders, anyHeaderText, headersOf } from "../tests/any-headers.ts";
import { parseHttpDate, parseReset, parseRetryAfter, parseWhole } from "./parse-reset.ts";

const HOUR = 3_600_000;

describe("parseReset", () => {
  test("is ahead by an hour at most, whatever the headers say", () => {
    const now = fc.oneof(fc.integer({ min: 0, max: 4e12 }), fc.constant(1487332512250));
    fc.assert(
      fc.property(anyHeaders, now, (headers, at) => {
        const resetAt = parseReset(headers, at);
        if (resetAt === undefined) return;
        expect(resetAt).toBeGreaterThan(at);
        expect(resetAt).toBeLessThanOrEqual(at + HOUR);
      }),
      { numRuns: 300 },
    );
  });

  test("is never early and at most a second late, however wrong the local clock is", () => {
    const serverTime = fc.integer({ min: 1_487_332_500_000, max: 1_487_332_509_999 });
    const skew = fc.integer({ min: -24 * HOUR, max: 24 * HOUR });
    fc.assert(
      fc.property(
        serverTime,
        skew,
        fc.constantFrom("x-ratelimit-reset", "retry-after"),
        (server, wrong, name) => {
          const reset = 1_487_332_510_000;
          const text = name === "retry-after" ? new Date(reset).toUTCString() : String(reset / 1000);
          const date = new Date(server).toUTCString();
          const wait =
            Number(parseReset(headersOf({ date, [name]: text }), server + wrong)) - (server + wrong);
          expect(wait).toBeGreaterThanOrEqual(reset - server);
          expect(wait).toBeLessThan(reset - server + 1000);
        },
      ),
    );
  });

  test("survives headers that answer undefined for what they have not", () => {
    const headers = { get: () => undefined as unknown as null };
    expect(parseReset(headers, 0)).toBeUndefined();
  });
});

describe("parseRetryAfter", () => {
  const now = 1_700_000_000_987;
  const date = "Tue, 14 Nov 2023 22:13:20 GMT";
  test.each<[string, Record<string, string>, number | undefined]>([
    ["seconds", { "retry-after": "20" }, now + 20_000],
    ["a time, by our clock", { "retry-after": "Tue, 14 Nov 2023 22:13:30 GMT" }, now + 9013],
    ["a time, by the server's clock", { "retry-after": "Tue, 14 Nov 2023 22:13:30 GMT", date }, now + 10_000],
    ["a time that is over", { "retry-after": date, date }, undefined],
    ["nonsense", { "retry-after": "soon", date }, undefined],
    ["nothing, whatever the rate limit says", { "x-ratelimit-reset": "1700000009", date }, undefined],
  ])("reads %s", (_, headers, expected) => {
    expect(parseRetryAfter(headersOf(headers), now)).toBe(expected);
  });
});

describe("parseWhole", () => {
  test.each([
    ["0", 0],
    ["120", 120],
    [" 120\t", 120],
    ["000000000000120", 120],
    ["999999999999999", 999_999_999_999_999],
    ["1000000000000000", undefined],
    ["", undefined],
    [" ", undefined],
    ["-5", undefined],
    ["+5", undefined],
    ["1.0", undefined],
    ["1e3", undefined],
    ["120abc", undefined],
    ["0x10", undefined],
    ["1 2", undefined],
    ["١٢", undefined],
    [null, undefined],
    [undefined, undefined],
    [120, undefined],
  ])("%j is %s", (text, expected) => expect(parseWhole(text)).toBe(expected));

  test("reads the digits of any number and nothing else", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e15 - 1 }), (n) => parseWhole(String(n)) === n));
    fc.assert(
      fc.property(anyHeaderText, (text) => {
        const whole = parseWhole(text);
        expect(whole === undefined || (Number.isSafeInteger(whole) && whole >= 0)).toBe(true);
      }),
    );
  });
});

describe("parseHttpDate", () => {
  test.each([
    ["Fri, 17 Feb 2017 11:55:20 GMT", 1487332520000],
    [" Fri, 17 Feb 2017 11:55:20 GMT ", 1487332520000],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
    ["Mon, 29 Feb 2016 23:59:59 GMT", 1456790399000],
    ["Fri, 17 Feb 2017 11:55:20 +0000", undefined],
    ["Fri, 17 Feb 2017 11:55:20 gmt", undefined],
    ["Fri, 17 Feb 2017 25:00:00 GMT", undefined],
    ["Fri, 17 Feb 2017 11:55 GMT", undefined],
    ["Fri, 99 Feb 2017 11:55:20 GMT", undefined],
    ["Fri, 17 Foo 2017 11:55:20 GMT", undefined],
    ["Friday, 17-Feb-17 11:55:20 GMT", undefined],
    ["Fri Feb 17 11:55:20 2017", undefined],
    ["2017-02-17T11:55:20Z", undefined],
    ["1487332520", undefined],
    ["-5", undefined],
    ["0", undefined],
    ["", undefined],
    [null, undefined],
    [1487332520000, undefined],
  ])("%j is %s", (text, expected) => expect(parseHttpDate(text)).toBe(expected));

  test("reads what Date writes", () => {
    const date = fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(date, (given) => {
        expect(parseHttpDate(given.toUTCString())).toBe(Math.floor(given.getTime() / 1000) * 1000);
      }),
    );
  });

  test("is undefined or a time, whatever the text", () => {
    fc.assert(
      fc.property(anyHeaderText, (text) => {
        const time = parseHttpDate(text);
        expect(time === undefined || Number.isFinite(time)).toBe(true);
      }),
    );
  });
});
