/** Items in the order they were added; {@link createFifo}. */
export interface Fifo<Item> {
  push(item: Item): void;
  /** The first, which stays. */
  peek(): Item | undefined;
  /** Takes out the first. */
  shift(): Item | undefined;
  size(): number;
  /** All items, the first first. */
  items(): Item[];
}

/** Items taken out before room is made of their places. */
const MAX_TAKEN = 1024;

/** An empty queue, each call of which costs the same however long it is. */
export function createFifo<Item>(): Fifo<Item> {
  let items: (Item | undefined)[] = [];
  let head = 0;
  return {
    push: (item) => void items.push(item),
    peek: () => items[head],
    shift() {
      const item = items[head];
      if (head >= items.length) return undefined;
      items[head] = undefined; // So that it is not kept alive.
      head += 1;
      if (head >= MAX_TAKEN && head * 2 >= items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    size: () => items.length - head,
    items: () => items.slice(head) as Item[],
  };
}
