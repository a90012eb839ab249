/**
 * How many requests a second the emulator accepts, and what it takes, with many events stored.
 *
 *     node bench/measure-load.ts [--stored 1000000] [--requests 60000] [--contacts 100000] [--runs 3]
 *
 * Emulator and generator have a process each, so a machine with two free cores is meant. Other work on
 * it shows in the rate; CPU time per request says what the emulator itself needs.
 */
import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";

const { values } = parseArgs({
  options: {
    stored: { type: "string", default: "1000000" },
    requests: { type: "string", default: "60000" },
    contacts: { type: "string", default: "100000" },
    runs: { type: "string", default: "3" },
  },
});
const stored = Number(values.stored);
const requests = Number(values.requests);

interface Usage {
  readonly rss: number;
  readonly heapUsed: number;
  readonly cpuSeconds: number;
  readonly events: number;
}

const server = fork(join(import.meta.dirname, "serve.ts"), {
  execArgv: ["--conditions=@intercom-events/source", "--max-old-space-size=6144"],
});
const [{ port }] = (await once(server, "message")) as [{ port: number }];

async function usage(): Promise<Usage> {
  const answer = once(server, "message");
  server.send("usage");
  return (await answer)[0] as Usage;
}

/** One process that posts `count` events which were not posted before. */
async function load(from: number, count: number): Promise<{ accepted: number; seconds: number }> {
  const flags = { port, requests: count, from, contacts: values.contacts };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const file = join(import.meta.dirname, "generate-load.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...args]);
  return JSON.parse(stdout) as { accepted: number; seconds: number };
}

/** Events in the shape of an export. */
function* lines(count: number): Generator<string> {
  const contacts = Number(values.contacts);
  for (let number = 0; number < count; number += 1) {
    const contact = number % contacts;
    const intercom_user_id = contact.toString(16).padStart(24, "0");
    if (number < contacts) {
      const user = {
        type: "contact",
        workspace: "default",
        id: intercom_user_id,
        user_id: `user-${contact}`,
      };
      yield `${JSON.stringify({ ...user, role: "user" })}\n`;
    }
    const event = {
      type: "event",
      id: `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`,
      event_name: `event-${number % 100}`,
      created_at: 1_600_000_000 + Math.floor(number / contacts),
      user_id: `user-${contact}`,
      intercom_user_id,
      metadata: { order_number: number, price: { amount: 1999, currency: "eur" }, source: "load" },
      workspace: "default",
    };
    yield `${JSON.stringify(event)}\n`;
  }
}

const reply = await fetch(`http://127.0.0.1:${port}/_emulator/import`, {
  method: "POST",
  body: ReadableStream.from(lines(stored)).pipeThrough(new TextEncoderStream()),
  duplex: "half",
} as RequestInit & { duplex: "half" });
console.log(`import: ${reply.status} ${await reply.text()}`);
const mib = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MiB`;
const filled = await usage();
console.log(
  `${filled.events} events stored: ${mib(filled.heapUsed)} of heap used, ${mib(filled.rss)} resident`,
);
console.log(`${availableParallelism()} cores, load average before ${loadavg()[0]?.toFixed(1)}`);

await load(0, 5000); // warms up
for (let run = 0; run < Number(values.runs); run += 1) {
  const before = await usage();
  const { accepted, seconds } = await load(5000 + run * requests, requests);
  const { cpuSeconds, rss } = await usage();
  const micros = ((cpuSeconds - before.cpuSeconds) / accepted) * 1e6;
  console.log(
    `${Math.round(accepted / seconds)} accepted a second (${accepted} of ${requests}), ${micros.toFixed(0)} µs of CPU each, ${mib(rss)} resident`,
  );
}
server.disconnect();
