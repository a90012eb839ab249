/** Milliseconds a browser has to close. */
const CLOSING = 20_000;

/** For Vitest's `globalSetup`: Vitest waits without end for a browser that does not close, which Chromium, in one process, may not. */
export default function setup(): () => void {
  return () => {
    setTimeout(() => {
      console.warn(`The browser has not closed within ${CLOSING} ms; it is ended with this process`);
      process.exit(); // With the code that the tests have set.
    }, CLOSING).unref();
  };
}
