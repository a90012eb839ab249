import { describe } from "./describe.ts";
import type { MonetaryAmount } from "./metadata.ts";

/**
 * Currencies of ISO 4217 (list one, 2025) by the number of decimals of their minor unit.
 * Codes without a minor unit (XAU, XDR, XXX …) are not money anyone is charged.
 */
const CURRENCIES_BY_DECIMALS: Readonly<Record<number, string>> = {
  0: "bif clp djf gnf isk jpy kmf krw pyg rwf ugx uyi vnd vuv xaf xof xpf",
  2:
    "aed afn all amd aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob bov brl bsd btn bwp byn bzd cad cdf che " +
    "chf chw cny cop cou crc cup cve czk dkk dop dzd egp ern etb eur fjd fkp gbp gel ghs gip gmd gtq gyd hkd " +
    "hnl htg huf idr ils inr irr jmd kes kgs khr kpw kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop " +
    "mru mur mvr mwk mxn mxv myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd " +
    "scr sdg sek sgd shp sle sos srd ssp stn svc syp szl thb tjs tmt top try ttd twd tzs uah usd usn uyu uzs " +
    "ved ves wst xad xcd xcg yer zar zmw zwg",
  3: "bhd iqd jod kwd lyd omr tnd",
  4: "clf uyw",
};

function decimalsOf(currency: string): number | undefined {
  for (const [decimals, codes] of Object.entries(CURRENCIES_BY_DECIMALS)) {
    if (codes.split(" ").includes(currency)) return Number(decimals);
  }
  return undefined;
}

function fromMinorUnits(minorUnits: number, currency: string): MonetaryAmount {
  return { amount: minorUnits, currency };
}

function fromDecimal(decimal: string, currency: string): MonetaryAmount {
  const code = typeof currency === "string" ? currency.toLowerCase() : "";
  const decimals = decimalsOf(code);
  if (decimals === undefined) {
    throw new RangeError(
      `Cannot read an amount: "currency" must be an ISO 4217 code such as "eur", got ${describe(currency)}`,
    );
  }
  const [, sign, whole, fraction = ""] =
    /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(typeof decimal === "string" ? decimal : "") ?? [];
  if (whole === undefined) {
    throw new RangeError(
      `Cannot read an amount: "decimal" must be a text such as "349.99", got ${describe(decimal)}`,
    );
  }
  if (/[1-9]/.test(fraction.slice(decimals))) {
    throw new RangeError(
      `Cannot read an amount: ${code} has ${decimals} decimals, so ${describe(decimal)} must be rounded first`,
    );
  }
  const minorUnits = Number(whole + fraction.slice(0, decimals).padEnd(decimals, "0"));
  if (!Number.isSafeInteger(minorUnits)) {
    throw new RangeError(`Cannot read an amount: ${describe(decimal)} ${code} is too large to be exact`);
  }
  return fromMinorUnits(sign === "-" && minorUnits !== 0 ? -minorUnits : minorUnits, code);
}

/**
 * Makes a monetary amount from minor units, or from a decimal text with `monetaryAmount.fromDecimal`.
 *
 * @example
 * monetaryAmount(34999, "eur");
 * monetaryAmount.fromDecimal("349.99", "eur"); // the same
 */
export const monetaryAmount: {
  /**
   * An amount given in minor units: `monetaryAmount(34999, "eur")` is €349.99, and
   * `monetaryAmount(350, "jpy")` is ¥350. It checks nothing; {@link encodeMetadata} does.
   *
   * @param minorUnits whole number of cents, or whatever the currency's minor unit is
   * @param currency ISO 4217 code, in any case
   */
  (minorUnits: number, currency: string): MonetaryAmount;
  /**
   * The amount a decimal text says, computed without floating point:
   * `monetaryAmount.fromDecimal("349.99", "eur")` is `{ amount: 34999, currency: "eur" }`.
   *
   * @param decimal digits with at most one point, for instance `"349.99"` or `"-5"`
   * @param currency ISO 4217 code, in any case; it decides the number of decimals (JPY 0, EUR 2, KWD 3)
   * @throws {RangeError} when the text is no such number, has more decimals than the currency, is too
   *   large to be exact, or the currency is not in ISO 4217
   */
  fromDecimal(decimal: string, currency: string): MonetaryAmount;
} = /* @__PURE__ */ Object.assign(fromMinorUnits, { fromDecimal });
