/**
 * Calls a function of the program, which must harm nobody.
 *
 * @param failed told of what it throws, or of what the promise that it answers rejects with
 */
export function callSafely<Given>(
  call: (given: Given) => unknown,
  given: Given,
  failed: (error: unknown) => void,
): void {
  try {
    const answer = call(given);
    // Else its rejection would end the process. A receipt never rejects, and is not to be taken for waited for.
    if (answer instanceof Promise && !("stored" in answer)) answer.catch(failed);
  } catch (error) {
    failed(error);
  }
}
