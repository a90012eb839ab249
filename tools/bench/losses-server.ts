/**
 * The emulator with connections that are reset, half of them before anything is done and half after the event
 * is stored; and, for batches of Segment, a server that counts and resets in the same way:
 *
 *     node tools/bench/losses-server.ts <share of requests that are reset>
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createEmulator } from "@intercom-events/emulator";
import { answer } from "./child.ts";

/** What has arrived, by the number of the event, as often as it was stored. */
export interface Arrived {
  readonly numbers: readonly number[];
  readonly resets: number;
}

const share = Number(process.argv[2]);
const emulator = createEmulator({ rateLimit: 100_000_000, retainRequests: 1_000_000 });
const { url } = await emulator.listen();

/** Forgets what has arrived, and goes on resetting. */
function reset(): void {
  emulator.reset();
  batched = [];
  batchResets = 0;
  emulator.setFaults([
    { reset: "before", probability: share / 2 },
    // The second fault only meets what the first has spared.
    { reset: "after", probability: share / 2 / (1 - share / 2) },
  ]);
}

let batched: number[] = [];
let batchResets = 0;

interface Batch {
  readonly batch: readonly { readonly properties: { readonly order_number: number } }[];
}

const batches = createServer(async (request, response) => {
  const chance = Math.random();
  const isReset = chance < share;
  if (isReset) batchResets += 1;
  if (isReset && chance < share / 2) return request.socket.resetAndDestroy();
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { batch } = JSON.parse(Buffer.concat(chunks).toString()) as Batch;
  batched.push(...batch.map(({ properties }) => properties.order_number));
  if (isReset) return request.socket.resetAndDestroy();
  return response.writeHead(200, { "content-type": "application/json" }).end('{"success":true}');
});
await new Promise<void>((resolve) => batches.listen(0, "127.0.0.1", resolve));
reset();

const batchUrl = `http://127.0.0.1:${(batches.address() as AddressInfo).port}`;

function arrivedAtEmulator(): Arrived {
  return {
    numbers: emulator.events().map(({ metadata }) => Number(metadata?.order_number)),
    resets: emulator.requests().filter(({ status }) => status === undefined).length,
  };
}

answer((question: "urls" | "reset" | "emulator" | "batches") => {
  if (question === "urls") return { emulator: url, batches: batchUrl };
  if (question === "reset") return reset();
  if (question === "emulator") return arrivedAtEmulator();
  return { numbers: batched, resets: batchResets } satisfies Arrived;
});
