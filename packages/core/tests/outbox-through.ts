import type { Outbox } from "../src/outbox.ts";

/**
 * An outbox whose calls go through a function, which says when each takes effect and when it is answered. Its ids and
 * dead letters are read as they are.
 */
export function outboxThrough(inner: Outbox, through: <T>(call: () => Promise<T>) => Promise<T>): Outbox {
  const guided =
    <Args extends unknown[], T>(verb: (...args: Args) => Promise<T>) =>
    (...args: Args): Promise<T> =>
      through(() => verb(...args));
  return {
    ...inner,
    append: guided(inner.append),
    lease: guided(inner.lease),
    renew: guided(inner.renew),
    update: guided(inner.update),
    settle: guided(inner.settle),
    counts: guided(inner.counts),
    close: guided(inner.close),
  };
}
