import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { createEmulator, type Emulator } from "@intercom-events/emulator";
import { createClient } from "@intercom-events/node";
import { createRelay } from "@intercom-events/relay";
import { toNodeHandler } from "@intercom-events/relay/node";
import { buildScript } from "./build-script.ts";

/** The secret of the site, which must be in no page. */
export const TOKEN = "dG9rOnNlcnZlci1zZWNyZXQtNDcxMQ==";

/** A site with pages, a relay, and Intercom behind it. */
export interface Site extends AsyncDisposable {
  /** Where pages and relay have one origin. */
  readonly url: string;
  /** Another origin whose pages may use the relay. */
  readonly otherUrl: string;
  readonly relayUrl: string;
  readonly emulator: Emulator;
  /** The script that pages load. */
  readonly script: string;
  /** Answers a request to the relay instead of it, if it returns `true`. */
  disturb: Disturb;
  /** Told what a tab of `/tabs` reports; returns whether all may begin to track. */
  onReport: (report: TabReport) => boolean;
  /** Has Intercom hold what the relay has taken. */
  flush(): Promise<void>;
}

type Disturb = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

/** What has become of the events of a tab: the numbers of those that are stored, and of those that are lost. */
interface TabReport {
  readonly tab: number;
  readonly stored: readonly number[];
  readonly lost: readonly number[];
}

/** The page's own part: it tracks, and is gone. */
const LOADS = `
  const query = new URLSearchParams(location.search);
  const [n, last, step] = ["n", "last", "step"].map((name) => Number(query.get(name)));
  const outbox = query.get("outbox") === "yes" ? { outbox: IntercomEvents.indexedDbOutbox() } : {};
  const tracker = IntercomEvents.createTracker({
    route: IntercomEvents.relay({ url: query.get("relay"), credentials: "include" }),
    ...outbox,
  });
  tracker.track("load-" + (n % step), { n });
  // The library has heard of it already, and there is no later moment.
  addEventListener("pagehide", () => tracker.track("leave-" + (n % step), { n: n + 1000 }));
  query.set("n", n + 1);
  location.href = n + 1 < last ? "/loads?" + query : "/done?" + query;
`;

/** The part of a tab that tracks beside others, three events at a time: one of a name that all have, and two of its own. */
const TABS = `
  const tab = Number(new URLSearchParams(location.search).get("tab"));
  const tracker = IntercomEvents.createTracker({
    route: IntercomEvents.relay({ url: "/intercom/events", retry: { maxDelay: 2_000 } }),
    outbox: IntercomEvents.indexedDbOutbox(),
  });
  const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));
  async function report(stored, lost = []) {
    const reply = await fetch("/report", { method: "POST", body: JSON.stringify({ tab, stored, lost }) });
    return reply.json();
  }
  async function track(name, n) {
    const receipt = tracker.track(name, { n });
    receipt.then(({ status }) => {
      if (status !== "accepted" && status !== "duplicate") report([], [n]);
    });
    return (await receipt.stored) ? [n] : [];
  }
  async function trackAll() {
    while (!(await report([]))) await sleep(50);
    for (let n = tab * 100; n < tab * 100 + 21; n += 3) {
      const stored = [track("shared", n), track("of-tab-" + tab, n + 1), track("of-tab-" + tab, n + 2)];
      await report((await Promise.all(stored)).flat());
      await sleep(300);
    }
  }
  trackAll();
`;

const EMPTY_PAGE =
  '<!doctype html><title>shop</title><link rel="icon" href="data:,"><script src="/index.global.js"></script>';

/** Starts the emulator, a client of it, a relay of that, and two servers of pages. */
export async function startSite(): Promise<Site> {
  const emulator = createEmulator({ tokens: TOKEN, rateLimit: 1_000_000 });
  const [{ url: baseUrl }, script] = await Promise.all([emulator.listen(), buildScript()]);
  const client = createClient({ token: TOKEN, baseUrl, exitTimeout: 0 });
  const site: Pick<Site, "disturb" | "onReport"> = { disturb: () => false, onReport: () => true };
  const own = createServer((request, response) => serve(request, response, true));
  const other = createServer((request, response) => serve(request, response, false));
  const [url, otherUrl] = await Promise.all([listen(own), listen(other)]);
  const relay = createRelay({
    client,
    identify: (request) => {
      const user = /(?:^|; )user=([\w-]+)/.exec(request.headers.get("cookie") ?? "")?.[1];
      return user === undefined ? null : { userId: user };
    },
    events: "any",
    origins: [url, otherUrl],
    rate: false,
  });
  const handle = toNodeHandler(relay);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!(await site.disturb(request, response))) handle(request, response);
  }

  function serve(request: IncomingMessage, response: ServerResponse, hasRelay: boolean): void {
    const { pathname: path, searchParams } = new URL(request.url ?? "/", "http://site.test");
    if (path === "/intercom/events" && hasRelay) {
      void answer(request, response);
      return;
    }
    if (path === "/report" && hasRelay) {
      json(request).then(
        (report) => response.end(String(site.onReport(report as TabReport))),
        // The tab has died meanwhile.
        () => response.destroy(),
      );
      return;
    }
    const [type, text] = pageAt(path, script);
    // A page of another origin has to be allowed to reach the relay; scripts come from its own all the same.
    const csp = hasRelay ? "default-src 'self'" : `default-src 'self'; connect-src ${url}`;
    // A page that names its visitor logs them in.
    const user = searchParams.get("user");
    if (user !== null) response.setHeader("set-cookie", `user=${encodeURIComponent(user)}; Path=/`);
    response.writeHead(text === undefined ? 404 : 200, {
      "content-type": `${type}; charset=utf-8`,
      "content-security-policy": `${csp}; img-src data:`,
    });
    response.end(text);
  }

  return Object.assign(site, {
    url,
    otherUrl,
    relayUrl: `${url}/intercom/events`,
    emulator,
    script,
    flush: async () => void (await client.flush({ timeout: 10_000 })),
    async [Symbol.asyncDispose]() {
      for (const server of [own, other]) {
        server.closeAllConnections();
        server.close();
      }
      await client.close({ timeout: 0 });
      await emulator.close();
    },
  });
}

function pageAt(path: string, script: string): [type: string, text?: string] {
  if (path === "/index.global.js") return ["text/javascript", script];
  if (path === "/loads.js") return ["text/javascript", LOADS];
  if (path === "/tabs.js") return ["text/javascript", TABS];
  if (path === "/loads") return ["text/html", `${EMPTY_PAGE}<script src="/loads.js"></script>`];
  if (path === "/tabs") return ["text/html", `${EMPTY_PAGE}<script src="/tabs.js"></script>`];
  if (path === "/" || path === "/done") return ["text/html", EMPTY_PAGE];
  return ["text/plain"];
}

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
