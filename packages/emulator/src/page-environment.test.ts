/** Environments of tests that play a page, such as jsdom and happy-dom, put classes of their own in the place of Node.js's. */
import { afterEach, expect, test, vi } from "vitest";
import { createEmulator } from "./index.ts";

afterEach(() => void vi.unstubAllGlobals());

test("an emulator listens and closes where signals are not those of Node.js", async () => {
  class PageAbortController {
    readonly signal = { aborted: false };
    abort(): void {
      this.signal.aborted = true;
    }
  }
  vi.stubGlobal("AbortController", PageAbortController);
  const emulator = createEmulator();
  const { url } = await emulator.listen();
  vi.unstubAllGlobals();
  expect((await fetch(`${url}/events`)).status).toBe(401);
  await emulator.close();
});
