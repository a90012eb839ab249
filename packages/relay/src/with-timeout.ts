import type { Clock } from "@intercom-events/core";

/** How long a function of the site may take. */
export interface TimeBound {
  /** What is said to have taken too long. */
  readonly name: string;
  readonly milliseconds: number;
  readonly clock: Clock;
}

/**
 * Returns what a function of the site returns, unless that takes too long: then its answer is ignored.
 *
 * @throws what the function throws, or an {@link Error} that says what took too long
 */
export async function withTimeout<Answer>(
  ask: () => Answer | PromiseLike<Answer>,
  { name, milliseconds, clock }: TimeBound,
): Promise<Answer> {
  let cancel = (): void => undefined;
  const timeUp = new Promise<never>((_, reject) => {
    const late = (): void => reject(new Error(`${name} has not answered within ${milliseconds} ms`));
    cancel = clock.after(milliseconds, late);
  });
  try {
    return await Promise.race([ask(), timeUp]);
  } finally {
    cancel();
  }
}
