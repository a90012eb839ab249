import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyMaker, anyRecordMaker, HOSTILE } from "../tests/hostile.ts";
import { faults } from "../tests/spec.ts";
import { validEntries } from "../tests/valid-metadata.ts";
import { decodeMetadata } from "./decode-metadata.ts";
import { encodeMetadata } from "./encode-metadata.ts";
import type { WireMetadata } from "./metadata.ts";

/** Encodes what may be anything, and checks what holds whatever it is. */
function encodeAnything(metadata: unknown): void {
  const encoded = encodeMetadata(metadata);
  const said = encoded.ok ? encoded.warnings : encoded.issues;
  for (const { path, message } of said) {
    expect(message.length).toBeLessThan(1000);
    expect(path.length).toBeLessThan(300);
    expect(message).toMatch(path === "" ? /^The event / : /^metadata/);
  }
  const sent: unknown = encoded.ok ? JSON.parse(JSON.stringify(encoded.metadata)) : {};
  expect(faults(sent, "/components/schemas/Metadata")).toEqual([]);
}

describe("it never throws, and what it accepts fits the spec", () => {
  test.each(Object.entries(HOSTILE))("%s", (_, make) => {
    encodeAnything(make());
    encodeAnything({ a: make(), b_date: make(), ok: 1 });
    encodeAnything({ a: { url: make(), value: make() }, b: { amount: make(), currency: make() } });
    encodeAnything({ a: [make()], b: { c: make() } });
  });

  test("anything", () => {
    fc.assert(
      fc.property(anyMaker, (make) => encodeAnything(make())),
      { numRuns: 300 },
    );
  });

  test("metadata of anything", () => {
    const key = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "a_date", "toString"));
    const maker = fc.oneof(anyMaker, anyRecordMaker("url", "value"), anyRecordMaker("amount", "currency"));
    fc.assert(
      fc.property(fc.array(fc.tuple(key, maker)), (entries) =>
        encodeAnything(Object.fromEntries(entries.map(([key, make]) => [key, make()]))),
      ),
      { numRuns: 300 },
    );
  });
});

test("values of another realm are what they are", () => {
  const metadata = runInNewContext(
    `({ order_date: new Date(1392036272000), price: { amount: 1, currency: "EUR" }, site: new URL("https://example.org") })`,
    { URL },
  );
  expect(encodeMetadata(metadata)).toEqual({
    ok: true,
    metadata: { order_date: 1392036272, price: { amount: 1, currency: "eur" }, site: "https://example.org/" },
    warnings: [],
  });
});

test("instances of classes are read like plain objects", () => {
  class Order {
    items = 3;
    #secret = 4;
    get secret(): number {
      return this.#secret;
    }
  }
  expect(encodeMetadata(new Order())).toMatchObject({ ok: true, metadata: { items: 3 } });
});

test("each value is read once", () => {
  let reads = 0;
  const metadata = {
    get price() {
      reads++;
      return { amount: 1, currency: "eur" };
    },
  };
  encodeMetadata(metadata);
  expect(reads).toBe(1);
});

test("a value that could not be read at first is sent as it is read then", () => {
  let reads = 0;
  const metadata = {
    get price() {
      reads++;
      if (reads === 1) throw new Error("not yet");
      return 12;
    },
    items: 3,
  };
  expect(encodeMetadata(metadata)).toEqual({ ok: true, metadata: { price: 12, items: 3 }, warnings: [] });
});

test("what is given is not changed, also when frozen", () => {
  const metadata = Object.freeze({ price: Object.freeze({ currency: "EUR", amount: 1 }), none: undefined });
  expect(encodeMetadata(metadata).ok).toBe(true);
  expect(metadata).toEqual({ price: { currency: "EUR", amount: 1 }, none: undefined });
});

function accepted(metadata: unknown): WireMetadata {
  const encoded = encodeMetadata(metadata);
  if (!encoded.ok) throw new Error(JSON.stringify(encoded.issues));
  return encoded.metadata;
}

describe("valid metadata", () => {
  test("is decoded to what was meant, in its order", () => {
    fc.assert(
      fc.property(validEntries, (entries) => {
        const metadata = Object.fromEntries(entries.map(({ key, given }) => [key, given]));
        const decoded = decodeMetadata(JSON.parse(JSON.stringify(accepted(metadata))));
        expect(decoded).toEqual(Object.fromEntries(entries.map(({ key, meant }) => [key, meant])));
        expect(Object.keys(decoded)).toEqual(Object.keys(metadata));
      }),
    );
  });

  test("is the same when encoded again", () => {
    fc.assert(
      fc.property(validEntries, (entries) => {
        const once = accepted(Object.fromEntries(entries.map(({ key, given }) => [key, given])));
        expect(JSON.stringify(accepted(once))).toBe(JSON.stringify(once));
      }),
    );
  });
});

test("a warning says how many keys are tracked, and which are not", () => {
  const metadata = Object.fromEntries(["a", "b", "c", "d"].map((key) => [key, 1]));
  expect(encodeMetadata(metadata, { metadataKeys: 2 })).toMatchObject({
    warnings: [
      {
        path: "metadata",
        code: "key_limit",
        message: 'metadata has 4 keys, but Intercom tracks 2, not "c", "d"',
      },
    ],
  });
});

test("a value under __proto__ is a property like any other", () => {
  const encoded = accepted(JSON.parse('{ "__proto__": 1 }'));
  expect(Object.getOwnPropertyDescriptor(encoded, "__proto__")).toEqual({
    value: 1,
    enumerable: true,
    configurable: true,
    writable: true,
  });
});

test("the characters of an address count", () => {
  const url = `https://example.org/${"x".repeat(65_536)}`;
  expect(encodeMetadata({ link: { url, value: "a" } })).toMatchObject({
    ok: false,
    issues: [{ path: "", code: "too_large" }],
  });
});
