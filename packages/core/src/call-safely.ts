import { tagOf } from "./tag-of.ts";

/**
 * Calls a function that the program has given. What goes wrong in it must not fail whoever calls it.
 *
 * @param failed told what it throws, or what the promise that it returns rejects with
 */
export function callSafely<Given>(
  call: (given: Given) => unknown,
  given: Given,
  failed: (error: unknown) => void,
): void {
  try {
    const result = call(given);
    // Else its rejection would end the process. A receipt never rejects, and is not to be taken for waited for.
    if (isPromise(result) && !("stored" in result)) result.catch(failed);
  } catch (error) {
    failed(error);
  }
}

/** By its tag, as what async functions return is no `Promise` where zone.js or Bluebird is in its place. */
function isPromise(result: unknown): result is Promise<unknown> {
  return tagOf(result) === "[object Promise]";
}
