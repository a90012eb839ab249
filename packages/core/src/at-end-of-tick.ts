/** Several times cheaper in Node than `queueMicrotask`, which makes a resource for async hooks. */
const NOW = /* @__PURE__ */ Promise.resolve();

/**
 * Returns a function that has work done once the code that is running has ended; called again before that, it changes
 * nothing.
 */
export function atEndOfTick(work: () => void): () => void {
  let isScheduled = false;
  return () => {
    if (isScheduled) return;
    isScheduled = true;
    NOW.then(() => {
      isScheduled = false;
      work();
    });
  };
}
