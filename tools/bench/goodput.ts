import { setTimeout } from "node:timers/promises";
import type { Benchmark } from "./benchmark.ts";
import type { Bar } from "./chart.ts";
import { startChild } from "./child.ts";
import type { RateWindow } from "./limited-server.ts";
import { grouped } from "./summarize.ts";

const CLIENTS = [
  "@intercom-events/node",
  "intercom-client",
  "intercom-client, p-queue",
  "intercom-client, bottleneck",
] as const;

/** Milliseconds of a rate window of Intercom. */
const WINDOW = 10_000;

/** Milliseconds before the first whole window at which clients start, so that they are warm in it. */
const AHEAD = 1500;

/** One client's processes at one allowance. */
interface Case {
  readonly client: (typeof CLIENTS)[number];
  readonly limit: number;
  readonly processes: number;
}

/** What a case came to. */
interface CaseFound extends Case {
  readonly windows: readonly RateWindow[];
  /** Events that were given up. */
  readonly lost: number;
}

async function measure({ client, limit, processes }: Case, windows: number): Promise<CaseFound> {
  const server = await startChild("limited-server.ts", [String(limit)]);
  const url = await server.ask<string>("url");
  // A client that gives events up goes through more of them than the allowance.
  const backlog = String(limit * (windows + 2) * (client === "intercom-client" ? 20 : 1));
  // What one would set by hand: each process its part, as none knows of the others.
  const share = String(Math.max(1, Math.floor(limit / processes)));
  const children = await Promise.all(
    Array.from({ length: processes }, () => startChild("goodput-child.ts", [client, url, backlog, share])),
  );
  const start = Math.ceil((Date.now() + AHEAD) / WINDOW) * WINDOW;
  await setTimeout(start - AHEAD - Date.now());
  await Promise.all(children.map((child) => child.ask("start")));
  await setTimeout(start + windows * WINDOW - Date.now());
  const lost = await Promise.all(children.map((child) => child.ask<number>("lost")));
  for (const child of children) child.end();
  const counted = await server.ask<RateWindow[]>({ start, windows });
  server.end();
  return { client, limit, processes, windows: counted, lost: lost.reduce((sum, one) => sum + one, 0) };
}

const percent = (part: number): string => `${grouped(part * 100, 1)} %`;
const sumOf = (windows: readonly RateWindow[], what: "accepted" | "refused"): number =>
  windows.reduce((sum, window) => sum + window[what], 0);

const usedOf = ({ limit, windows }: Pick<CaseFound, "limit" | "windows">): number =>
  sumOf(windows, "accepted") / (limit * windows.length);

/** All of them use most of the allowance; what differs is the price. */
function barOf({ client, windows, ...one }: CaseFound): Bar {
  const [accepted, refused] = [sumOf(windows, "accepted"), sumOf(windows, "refused")];
  const used = percent(usedOf({ ...one, windows }));
  return { label: `${client} (${used} used)`, value: (100 * refused) / (accepted + refused), digits: 1 };
}

/** How much of an allowance is used; see `about`. */
export const goodput: Benchmark = {
  title: "How much of the allowance is used",
  about: `Clients with a backlog against the emulator, which counts requests in windows of ten seconds as Intercom
does and answers 429 beyond the allowance. All processes of a row share one token. "used" is the part of the
allowance that became accepted events, over whole windows; "refused" are requests that were answered with
429 in them, and their share of all requests. "given up" are events that ended without being accepted until
the last window's end.

\`intercom-client\` has no queue: it is called in a loop, 64 calls at a time, repeats a refused call by
itself (twice), and the event is lost when it throws; a program would have to keep it. "p-queue" and
"bottleneck" stand before the same calls, set by hand to the allowance divided by the number of processes, in
ten seconds, and 64 calls at a time: that is right for as long as nothing else uses the token, the number of
processes stays, and Intercom's allowance too. Ours is told nothing. All processes of a row start at the same
moment, a second and a half before a window: the queues' own ten seconds begin there.

Replies take as long as from another continent: 150 ms in the median, 1 in 100 three times that, half of it on the
way there. So some requests arrive in a window after the one they were made in. The allowances are measured at
the same time, with servers and processes of their own. The server's clock is the client's.`,
  async run({ windows = 3, processes = [1, 4, 16], limits = [1667, 200], clients = CLIENTS }) {
    const chosen = CLIENTS.filter((client) => clients.includes(client));
    if (chosen.length === 0)
      throw new TypeError(`There is no such client, only ${CLIENTS.map((name) => `"${name}"`).join(", ")}`);
    const raw: CaseFound[] = [];
    for (const count of processes) {
      for (const client of chosen) {
        const cases = limits.map((limit): Case => ({ client, limit, processes: count }));
        raw.push(...(await Promise.all(cases.map((one) => measure(one, windows)))));
      }
    }
    // A row stands beside those it is compared to.
    raw.sort((a, b) => limits.indexOf(a.limit) - limits.indexOf(b.limit));
    const rows = raw.map(({ client, limit, processes: count, windows: counted, lost }) => {
      const [accepted, refused] = [sumOf(counted, "accepted"), sumOf(counted, "refused")];
      const shares = counted.map((window) => window.accepted / limit);
      return {
        client,
        allowance: grouped(limit),
        processes: count,
        used: percent(usedOf({ limit, windows: counted })),
        "by window": `${percent(Math.min(...shares))} – ${percent(Math.max(...shares))}`,
        refused: grouped(refused),
        "share of requests": percent(refused / (accepted + refused)),
        "given up": grouped(lost),
      };
    });
    const groups = limits.flatMap((limit) =>
      processes.map((count) => ({
        name: `${grouped(limit)} in 10 s, ${count === 1 ? "one process" : `${count} processes`}`,
        bars: raw.filter((one) => one.limit === limit && one.processes === count).map(barOf),
      })),
    );
    const chart = { title: "Requests that were answered with 429", axis: "% of all requests", groups };
    return { rows, options: { windows }, chart };
  },
};
