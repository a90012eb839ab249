import type { Benchmark } from "./benchmark.ts";
import type { Bar } from "./chart.ts";
import { startChild } from "./child.ts";
import type { Arrived } from "./losses-server.ts";
import { grouped } from "./summarize.ts";
import { type Tally, tally } from "./tally.ts";

/** The clients, and which of the servers each sends to. */
const CLIENTS = {
  "@intercom-events/node": "emulator",
  "intercom-client": "emulator",
  "intercom-client, called again": "emulator",
  "@segment/analytics-node": "batches",
} as const;

/** The share of requests whose connection is reset. */
const SHARE = 0.05;

interface Found extends Tally {
  readonly client: string;
  readonly resets: number;
  readonly seconds: number;
}

/** What gets lost where connections break; see `about`. */
export const losses: Benchmark = {
  title: "What gets lost where connections break",
  about: `Events, each with a number, over connections of which ${SHARE * 100} in 100 requests see a reset: half of them before
the server has done anything, half after it has stored the event and before it answers. "stored twice" are
numbers that the emulator, which keeps one event of a contact, name and second like Intercom, holds more than
once. "said to have failed" were stored nonetheless, and "said to be taken" were not stored: what the program
was told is wrong.

\`intercom-client\` repeats no call whose connection breaks; it throws. "called again" is a program around it
that calls again after a second, ten times at most, and makes the event at each call with the time of that
moment: what was stored before the reset is then stored twice. With a time that is kept it would not be; that
is what our client does. \`@segment/analytics-node\` can only speak to Segment's API, so it sends to a server of
that shape that counts, and resets requests in the same way. A request of it is a batch of up to 15 events, so that
fewer requests break, and each reset meets many events. What is counted twice there is told apart by Segment's
own service by each event's \`messageId\`, which is the same each time: it would not be stored twice.`,
  async run({ events = 10_000 }) {
    const server = await startChild("losses-server.ts", [String(SHARE)]);
    const urls = await server.ask<{ emulator: string; batches: string }>("urls");
    const raw: Found[] = [];
    for (const [client, where] of Object.entries(CLIENTS)) {
      await server.ask("reset");
      const child = await startChild("losses-child.ts", [client, urls.emulator, urls.batches]);
      const before = performance.now();
      const failed = await child.ask<number[]>(events);
      const seconds = (performance.now() - before) / 1000;
      child.end();
      const { numbers, resets } = await server.ask<Arrived>(where);
      raw.push({ client, resets, seconds, ...tally(events, numbers, failed) });
    }
    server.end();
    const rows = raw.map((found) => ({
      client: found.client,
      "requests reset": grouped(found.resets),
      lost: grouped(found.lost),
      "stored twice": `${grouped(found.twice)}${CLIENTS[found.client as keyof typeof CLIENTS] === "batches" ? " (received)" : ""}`,
      "stored, but said to have failed": grouped(found.denied),
      "lost, but said to be taken": grouped(found.claimed),
      seconds: grouped(found.seconds, 1),
    }));
    const barsOf = (what: "lost" | "twice"): Bar[] =>
      raw.map((found) => ({ label: found.client, value: found[what] }));
    const groups = [
      { name: "lost", bars: barsOf("lost") },
      {
        name: "stored twice (Segment: received twice, and told apart by its service)",
        bars: barsOf("twice"),
      },
    ];
    const chart = {
      title: `Of ${grouped(events)} events, with 5 % of requests reset`,
      axis: "events",
      groups,
    };
    return { rows, options: { events }, chart };
  },
};
