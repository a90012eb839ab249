import { atEndOfTick } from "./at-end-of-tick.ts";

/** Puts off work to the end of the tick; {@link createTickBatch}. */
export interface TickBatch<Item> {
  /** Puts off the work of an item. @param size what it takes of memory meanwhile, in characters */
  add(item: Item, size: number): void;
  /** Does at once what was put off. */
  run(): void;
}

/** So much is put off at most. */
const MAX_ITEMS = 1000;
const MAX_CHARACTERS = 1024 * 1024;

/**
 * Collects items and works on them in their order once the code that is running has ended, so that this
 * code does not wait for it. What is put off is bounded: beyond that the work is done at once.
 *
 * @param work does the work of an item; what it throws is thrown by `run`, and the next `run` goes on
 */
export function createTickBatch<Item>(work: (item: Item) => void): TickBatch<Item> {
  let items: Item[] = [];
  let done = 0;
  let characters = 0;
  const schedule = atEndOfTick(run);

  /** In order, also if the work itself adds items or has them worked on. */
  function run(): void {
    while (done < items.length) {
      done += 1;
      work(items[done - 1] as Item);
    }
    items = [];
    done = 0;
    characters = 0;
  }

  return {
    add(item, size) {
      items.push(item);
      characters += size;
      if (items.length >= MAX_ITEMS || characters >= MAX_CHARACTERS) run();
      schedule();
    },
    run,
  };
}
