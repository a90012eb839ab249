/** The emulator under load, in a process of its own: says where it listens, and on request what it takes. */
import { createEmulator } from "../src/index.ts";

const emulator = createEmulator({ rateLimit: 10 ** 9, maxBytes: 8 * 1024 ** 3 });
const { port } = await emulator.listen();

process.on("message", () => {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  process.send?.({ rss, heapUsed, cpuSeconds: (user + system) / 1e6, events: emulator.stats().events });
});
process.on("disconnect", () => process.exit());
process.send?.({ port });
