/** Items by the time they are due, the soonest first; {@link createHeap}. */
export interface Heap<Item> {
  push(dueAt: number, item: Item): void;
  /** When the soonest is due, if there is one. */
  nextAt(): number | undefined;
  /** Takes out the soonest. */
  pop(): Item | undefined;
  /** Takes out the item whose rank is lowest, if that is below a limit. It looks at all of them. */
  popLowest(rank: (item: Item) => number, limit: number): Item | undefined;
  size(): number;
  /** All items, in no order. */
  items(): Item[];
}

interface Entry<Item> {
  readonly dueAt: number;
  readonly order: number;
  readonly item: Item;
}

/** An empty binary heap. Items that are due at the same time come out in the order they were put in. */
export function createHeap<Item>(): Heap<Item> {
  const entries: Entry<Item>[] = [];
  let pushed = 0;

  function isBefore(a: Entry<Item> | undefined, b: Entry<Item> | undefined): boolean {
    if (!a || !b) return a !== undefined;
    return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order);
  }

  function rise(entry: Entry<Item>, from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = entries[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      entries[index] = above;
      index = parent;
    }
    entries[index] = entry;
  }

  function sink(entry: Entry<Item>, from: number): void {
    let index = from;
    for (;;) {
      const left = 2 * index + 1;
      const child = isBefore(entries[left + 1], entries[left]) ? left + 1 : left;
      const below = entries[child];
      if (below === undefined || !isBefore(below, entry)) break;
      entries[index] = below;
      index = child;
    }
    entries[index] = entry;
  }

  function takeOut(index: number): Item | undefined {
    const taken = entries[index];
    const last = entries.pop();
    if (last !== undefined && index < entries.length) {
      sink(last, index);
      if (entries[index] === last) rise(last, index);
    }
    return taken?.item;
  }

  return {
    push(dueAt, item) {
      const entry = { dueAt, order: pushed++, item };
      entries.push(entry);
      rise(entry, entries.length - 1);
    },
    nextAt: () => entries[0]?.dueAt,
    pop: () => takeOut(0),
    popLowest(rank, limit) {
      let lowest = limit;
      let place = -1;
      entries.forEach(({ item }, index) => {
        const its = rank(item);
        if (its >= lowest) return;
        lowest = its;
        place = index;
      });
      return place < 0 ? undefined : takeOut(place);
    },
    size: () => entries.length,
    items: () => entries.map(({ item }) => item),
  };
}
