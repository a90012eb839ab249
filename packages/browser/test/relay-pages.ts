import type { RelayRequest } from "@intercom-events/core";
import { afterEach, beforeEach, vi } from "vitest";
import { type FakeClock, fakeClock } from "../../core/tests/fake-clock.ts";
import { createTracker, type RelayOptions, relay, type Tracker, type TrackerOptions } from "../src/index.ts";
import { type FakeBrowser, type FakeRequest, type FakeTab, fakeBrowser } from "./fake-tabs.ts";

/** How the relay answers a request: a status and a JSON body, and headers if there are any. */
export type Reply = [status: number, body: unknown, headers?: Record<string, string>] | "lost" | "never";

/** A page and its tracker. */
export interface Started {
  readonly tab: FakeTab;
  readonly tracker: Tracker;
}

/** What a test has to do with pages that send over a relay; each test begins with none. */
export interface RelayPages {
  readonly clock: FakeClock;
  readonly browser: FakeBrowser;
  /** The next replies; once there are none, each event is accepted. */
  replies: Reply[];
  /** Opens a page. */
  start(options?: Partial<TrackerOptions> & { relay?: Partial<RelayOptions> }): Started;
  /** The names in each request so far. */
  sent(): string[][];
}

/** What an event that arrived ends with. */
export const ACCEPTED = { status: "accepted" };

/** The events that a request has. */
export function eventsOf({ body }: Pick<FakeRequest, "body">): RelayRequest["events"] {
  return (JSON.parse(body) as RelayRequest).events;
}

/** The very bytes of a request's events. */
export function bytesOf({ body }: Pick<FakeRequest, "body">): string {
  return body.slice(body.indexOf('"events":'));
}

/** The time so many seconds after that of the clocks here, as HTTP has it. */
export function dateAfter(seconds: number): string {
  return new Date((1_700_000_000 + seconds) * 1000).toUTCString();
}

/** What the ids of tabs are made of must differ; what is drawn after it need not. */
function drawIdThenHalf(): () => number {
  let drawn = 0;
  return () => (drawn++ < 1 ? Math.random() : 0.5);
}

/** Of a whole file, as trackers of one page that have one relay know of each other. */
let started = 0;

/** Has each test of a file begin with a browser of its own, and with a quiet console. */
export function relayPages(): RelayPages {
  let clock = fakeClock();
  let browser: FakeBrowser;
  let replies: Reply[] = [];
  let tabs = 0;

  beforeEach(() => {
    clock = fakeClock();
    replies = [];
    tabs = 0;
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    browser = fakeBrowser(async (request) => {
      const reply = replies.shift() ?? [
        200,
        { results: eventsOf(request).map(() => ({ status: "accepted" })) },
      ];
      if (reply === "lost") throw new TypeError("Failed to fetch");
      if (reply === "never") return new Promise(() => {});
      const [status, body, headers = {}] = reply;
      return new Response(JSON.stringify(body), { status, headers });
    });
  });

  afterEach(() => {
    browser.remove();
    vi.restoreAllMocks();
  });

  return {
    get clock() {
      return clock;
    },
    get browser() {
      return browser;
    },
    get replies() {
      return replies;
    },
    set replies(next) {
      replies = next;
    },
    start(options = {}) {
      const { relay: route, ...rest } = options;
      const tab = browser.open(clock);
      const url = `https://site.test/relay-${started++}?tab=${tabs++}`;
      const tracker = tab.run(() =>
        createTracker({
          route: relay({ url, ...route }),
          clock: tab.clock,
          random: rest.outbox ? drawIdThenHalf() : () => 0.5,
          ...rest,
        }),
      );
      return { tab, tracker };
    },
    sent: () => browser.requests.map((request) => eventsOf(request).map(({ event_name }) => event_name)),
  };
}
