type Entry = readonly [string, unknown];

/** What each notation of `spec/vectors/README.md` stands for, by the key that gives it away. */
const VALUES: Readonly<Record<string, (given: never) => unknown>> = {
  $date: (text: string | null) => new Date(text ?? Number.NaN),
  $url: (text: string) => new URL(text),
  $number: (text: string) => Number(text),
  $bigint: (text: string) => BigInt(text),
  $symbol: (name: string) => Symbol(name),
  $function: (name: string) => ({ [name]: () => name })[name],
  $map: (entries: Entry[]) => new Map(entries.map(([key, value]) => [key, revive(value)])),
  $undefined: () => undefined,
  $repeat: ([text, times]: [string, number]) => text.repeat(times),
  $json: (value: unknown) => JSON.stringify(value),
  $entries: (entries: Entry[]) => objectOf(entries),
};

/** The value that JSON with the notations of `spec/vectors/README.md` stands for. */
export function revive(json: unknown): unknown {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map(revive);
  const entries = Object.entries(json);
  const [key, given] = entries.length === 1 ? (entries[0] as Entry) : ["", undefined];
  return Object.hasOwn(VALUES, key) ? VALUES[key]?.(given as never) : objectOf(entries);
}

/** An object of these own keys, `__proto__` included, each revived or, as `$throws`, unreadable. */
function objectOf(entries: readonly Entry[]): object {
  const object = {};
  for (const [key, json] of entries) {
    const shared = { enumerable: true, configurable: true };
    Object.defineProperty(
      object,
      key,
      isUnreadable(json)
        ? { ...shared, get: () => fail(`${key} cannot be read`) }
        : { ...shared, writable: true, value: revive(json) },
    );
  }
  return object;
}

function isUnreadable(json: unknown): boolean {
  return typeof json === "object" && json !== null && Object.hasOwn(json, "$throws");
}

function fail(message: string): never {
  throw new Error(message);
}
