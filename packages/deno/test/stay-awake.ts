/**
 * Runs a test that waits for a client while Deno sees nothing under way: the client's timers keep nothing
 * alive, and `Deno.test` gives up a promise that nothing alive can resolve.
 */
export async function stayAwake(run: () => Promise<void>): Promise<void> {
  const timer = setInterval(() => undefined, 60_000);
  try {
    await run();
  } finally {
    clearInterval(timer);
  }
}
