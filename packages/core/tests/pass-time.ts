import type { FakeClock } from "./fake-clock.ts";
import { turn } from "./start-client.ts";

/** Lets time pass in steps, with everything that happens in it. */
export async function passTime(clock: FakeClock, milliseconds: number, step = milliseconds): Promise<void> {
  await turn();
  for (let left = milliseconds; left > 0; left -= step) {
    clock.advance(Math.min(step, left));
    await turn();
  }
}
