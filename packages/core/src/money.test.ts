import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HOSTILE } from "../tests/hostile.ts";
import { monetaryAmount } from "./money.ts";

const DECIMALS = { jpy: 0, eur: 2, kwd: 3, clf: 4 };

/** What the text says in minor units, by integers alone; `undefined` if it cannot be said exactly. */
function minorUnits(sign: string, whole: string, fraction: string, decimals: number): number | undefined {
  const scale = 10n ** BigInt(fraction.length);
  const units = (BigInt(whole) * scale + BigInt(fraction || "0")) * 10n ** BigInt(decimals);
  if (units % scale !== 0n || units / scale > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return Number(sign === "-" ? -(units / scale) : units / scale);
}

test("minor units are taken as they are", () => {
  expect(monetaryAmount(34999, "EUR")).toEqual({ amount: 34999, currency: "EUR" });
});

test("a decimal text is what integer arithmetic says", () => {
  const decimal = fc.record({
    sign: fc.constantFrom("", "-", "+"),
    whole: fc.stringMatching(/^\d{1,17}$/),
    fraction: fc.oneof(fc.constant(""), fc.stringMatching(/^\d{1,5}$/), fc.stringMatching(/^\d0{0,6}$/)),
  });
  fc.assert(
    fc.property(decimal, fc.constantFrom(...Object.entries(DECIMALS)), (parts, [currency, decimals]) => {
      const { sign, whole, fraction } = parts;
      const text = sign + whole + (fraction && `.${fraction}`);
      const amount = minorUnits(sign, whole, fraction, decimals);
      if (amount === undefined) {
        expect(() => monetaryAmount.fromDecimal(text, currency)).toThrow(RangeError);
      } else {
        expect(monetaryAmount.fromDecimal(text, currency)).toStrictEqual({ amount, currency });
      }
    }),
    { numRuns: 300 },
  );
});

/** What must hold whatever is given: a whole amount, or a RangeError that says little. */
function readAnything(decimal: unknown, currency: unknown): void {
  try {
    const { amount } = monetaryAmount.fromDecimal(decimal as string, currency as string);
    expect(Number.isSafeInteger(amount)).toBe(true);
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    expect((error as RangeError).message.length).toBeLessThan(200);
  }
}

describe("anything else is refused with a RangeError", () => {
  test.each(Object.entries(HOSTILE))("%s", (_, make) => {
    readAnything(make(), "eur");
    readAnything("1.00", make());
  });

  test("any text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string(), readAnything));
    fc.assert(fc.property(fc.stringMatching(/^[-+.,\de ]*$/), fc.constantFrom("eur", "JPY"), readAnything));
  });

  test("very many digits", () => {
    readAnything("9".repeat(1_000_000), "eur");
    readAnything(`0.${"0".repeat(1_000_000)}1`, "eur");
  });
});

test("minus nothing is nothing", () => {
  expect(monetaryAmount.fromDecimal("-0.00", "eur").amount).toBe(0);
});
