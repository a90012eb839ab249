import { runInNewContext } from "node:vm";
import fc from "fast-check";

function fail(): never {
  throw new Error("hostile");
}

const TRAPS: ProxyHandler<object> = {
  get: fail,
  has: fail,
  ownKeys: fail,
  getOwnPropertyDescriptor: fail,
  getPrototypeOf: fail,
  set: fail,
  isExtensible: fail,
};

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function cyclic(): object {
  const object: Record<string, unknown> = { a: 1 };
  object.self = object;
  return object;
}

function tagged(tag: string, more: object = {}): object {
  return Object.assign({ [Symbol.toStringTag]: tag }, more);
}

/** Values that break code which trusts what it is given, each made afresh. */
export const HOSTILE: Readonly<Record<string, () => unknown>> = {
  "a proxy that throws on every trap": () => new Proxy({}, TRAPS),
  "a proxy of a function that throws on every trap": () => new Proxy(() => 1, { ...TRAPS, apply: fail }),
  "a revoked proxy": revoked,
  "a proxy whose keys have no values": () => new Proxy({}, { ownKeys: () => ["a", "b"] }),
  "a proxy that has further keys the second time": () => {
    let keys = ["a"];
    const ownKeys = () => {
      const listed = keys;
      keys = ["a", "b"];
      return listed;
    };
    return new Proxy({ a: 1, b: [1] }, { ownKeys });
  },
  "a proxy that throws when a value is read": () => new Proxy({ a: 1, userId: "1" }, { get: fail }),
  "a proxy of a Date": () => new Proxy(new Date(0), {}),
  "a getter that throws": () => Object.defineProperty({}, "a", { enumerable: true, get: fail }),
  "a getter that throws nothing to speak of": () => ({
    get a() {
      throw undefined;
    },
  }),
  "an object in itself": cyclic,
  "an object without a prototype": () => Object.assign(Object.create(null), { a: 1 }),
  "10 MB of text": () => "x".repeat(10_000_000),
  "an object with a key of 10 MB": () => ({
    ["x".repeat(10_000_000)]: 1,
    ["X".repeat(10_000_000)]: new Date(0),
  }),
  "an object of very many keys": () =>
    Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`k${i}`, null])),
  "half a surrogate pair": () => "\ud800",
  "what says it is a Date": () => tagged("Date", { getTime: () => 5 }),
  "what says it is a URL": () => tagged("URL"),
  "what says it is a URL and throws": () => tagged("URL", { toString: fail }),
  "what says it is a URL and is no text": () => tagged("URL", { toString: () => ({}), valueOf: () => ({}) }),
  "what says it is an object": () =>
    Object.defineProperty(new Map([["a", 1]]), Symbol.toStringTag, { value: "Object" }),
  "what does not say what it is": () => Object.defineProperty({}, Symbol.toStringTag, { get: fail }),
  "what cannot be a text": () => ({ toString: fail, valueOf: fail, [Symbol.toPrimitive]: fail }),
  "what cannot be JSON": () => ({ toJSON: fail }),
  "a Date that is none": () => Object.create(Date.prototype),
  "a Date of another realm": () => runInNewContext("new Date(0)"),
  "an invalid Date of another realm": () => runInNewContext("new Date(NaN)"),
  "an object of another realm": () => runInNewContext("({ a: 1 })"),
  "a list of another realm": () => runInNewContext("[1]"),
  "boxed values": () => Object("text"),
  "a symbol": () => Symbol("a"),
  "a bigint": () => 5n,
  "a class": () => class A {},
  "a promise that rejects": () => Promise.reject(new Error("hostile")).catch(() => undefined),
  "a typed array": () => new Uint8Array(3),
  "an error": () => new Error("hostile"),
};

const EVERYTHING: fc.ObjectConstraints = {
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
};

/**
 * Makes anything at all, hostile values included. They come as functions, for fast-check itself trusts
 * the values it makes.
 */
export const anyMaker: fc.Arbitrary<() => unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.anything(EVERYTHING).map((value) => () => value) },
  { weight: 1, arbitrary: fc.constantFrom(...lightMakers()) },
);

/** Makes objects with these keys and anything under them. */
export function anyRecordMaker(...keys: string[]): fc.Arbitrary<() => unknown> {
  return fc
    .tuple(...keys.map(() => anyMaker))
    .map((makers) => () => Object.fromEntries(keys.map((key, index) => [key, makers[index]?.()])));
}

/** Without the values of 10 MB, which make a thousand runs slow. */
function lightMakers(): (() => unknown)[] {
  return Object.entries(HOSTILE).flatMap(([name, make]) => (/10 MB|very many/.test(name) ? [] : [make]));
}
