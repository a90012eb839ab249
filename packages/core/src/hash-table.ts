/** 64 bits that stand for a text; `createEventHash` makes them. Never 0 and 0. */
export interface Hash {
  /** 32 bits, signed. */
  readonly high: number;
  /** Other 32 bits, signed. */
  readonly low: number;
}

/** A `Map` with hashes for keys; {@link createHashTable}. */
export interface HashTable<Value> {
  get(key: Hash): Value | undefined;
  set(key: Hash, value: Value): void;
  delete(key: Hash): void;
  /** Keys that were set, those deleted since included. */
  size(): number;
}

/** A power of 2, as all numbers of slots. */
const FIRST_SLOTS = 256;

/**
 * An empty table, with room for half as many keys as it has slots before it grows. It keeps no key alive, and looks
 * at few places of memory where a `Map` of texts looks at many: with thousands of keys that is most of what a look-up
 * costs.
 */
export function createHashTable<Value>(slots = FIRST_SLOTS): HashTable<Value> {
  /** For each slot the two halves of its key, 0 and 0 in one that was never used. */
  let keys = new Int32Array(2 * slots);
  let values = new Array<Value | undefined>(slots).fill(undefined);
  let used = 0;

  /** The slot of a key, or the one it would get. */
  function slotOf({ high, low }: Hash): number {
    const mask = values.length - 1;
    for (let slot = high & mask; ; slot = (slot + 1) & mask) {
      const [foundHigh, foundLow] = [keys[2 * slot], keys[2 * slot + 1]];
      if ((foundHigh === high && foundLow === low) || (foundHigh === 0 && foundLow === 0)) return slot;
    }
  }

  function set(key: Hash, value: Value): void {
    const slot = slotOf(key);
    if (keys[2 * slot] === 0 && keys[2 * slot + 1] === 0) {
      keys[2 * slot] = key.high;
      keys[2 * slot + 1] = key.low;
      used += 1;
    }
    values[slot] = value;
    if (2 * used >= values.length) grow();
  }

  function grow(): void {
    const [oldKeys, oldValues] = [keys, values];
    const slots = 2 * oldValues.length;
    keys = new Int32Array(2 * slots);
    values = new Array<Value | undefined>(slots).fill(undefined);
    oldValues.forEach((value, slot) => {
      const key = { high: oldKeys[2 * slot] as number, low: oldKeys[2 * slot + 1] as number };
      if (key.high === 0 && key.low === 0) return;
      const place = slotOf(key);
      keys[2 * place] = key.high;
      keys[2 * place + 1] = key.low;
      values[place] = value;
    });
  }

  return {
    get: (key) => values[slotOf(key)],
    set,
    delete(key) {
      values[slotOf(key)] = undefined; // The key stays, for the slots after it to be found.
    },
    size: () => used,
  };
}
