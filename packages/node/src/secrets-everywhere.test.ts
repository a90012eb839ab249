import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { createEmulator } from "@intercom-events/emulator";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { lettersOf } from "../../core/tests/outbox-contract.ts";
import { startFaultyServer } from "../test/faulty-server.ts";
import { CHANNELS, LISTENED } from "../test/watch-client.ts";
import { createClient, type Receipt, sqliteOutbox } from "./index.ts";

const hasSqlite = Boolean(process.getBuiltinModule?.("node:sqlite"));
const SECRET = "distinctive+secret/51e7d0a4";
const FIRST = `${SECRET}-first`;
const SECOND = `${SECRET}-second`;

const folder = mkdtempSync(join(tmpdir(), "secrets-"));
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  vi.restoreAllMocks();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Texts that give the token away; it is cut where an encoding of it depends on what is before. */
const TRACES = [
  SECRET,
  encodeURIComponent(SECRET),
  ...[0, 1, 2].map((cut) => Buffer.from(SECRET.slice(cut)).toString("base64").slice(0, 24)),
  Buffer.from(SECRET).toString("hex"),
  "Bearer",
];

/** Each way a value is likely to end up in a log, a message or a file. */
function printed(value: unknown): string {
  const all = { depth: 12, showHidden: true, getters: true, maxStringLength: null, maxArrayLength: null };
  const error = value instanceof Error ? `${value.stack}${inspect(value.cause, all)}` : "";
  return [
    inspect(value, all),
    attempt(() => JSON.stringify(value)),
    attempt(() => String(value)),
    error,
  ].join("\n");
}

function attempt(print: () => unknown): string {
  try {
    return String(print());
  } catch (error) {
    return inspect(error);
  }
}

/** The sources of what gives the token away. */
function leaks(seen: ReadonlyMap<string, readonly unknown[]>): string[] {
  return [...seen].flatMap(([source, values]) => {
    const text = values
      .map((value) => (Buffer.isBuffer(value) ? value.toString("latin1") : printed(value)))
      .join("\n");
    return TRACES.filter((trace) => text.includes(trace)).map((trace) => `${source}: ${trace}`);
  });
}

/** Collects what is said, by where it was. */
function listen() {
  const seen = new Map<string, unknown[]>();
  const add = (source: string, ...values: unknown[]): void => {
    seen.set(source, [...(seen.get(source) ?? []), ...values]);
  };
  const onMessage = (message: unknown, name: string | symbol) => add(String(name), message);
  for (const name of CHANNELS) subscribe(name, onMessage);
  const onWarning = (warning: Error) => add("process warning", warning);
  process.on("warning", onWarning);
  for (const name of ["debug", "log", "info", "warn", "error"] as const) {
    vi.spyOn(console, name).mockImplementation((...values) => add(`console.${name}`, ...values));
  }
  cleanups.push(() => {
    for (const name of CHANNELS) unsubscribe(name, onMessage);
    process.off("warning", onWarning);
  });
  return { seen, add };
}

function filesBytes(): Buffer[] {
  return readdirSync(folder).map((name) => readFileSync(join(folder, name)));
}

test("the check finds a token wherever it is", () => {
  const hidden = Object.defineProperty({}, "a", { value: { b: [new Map([["c", FIRST]])] } });
  const encoded = Buffer.from(`x${FIRST}`).toString("base64");
  for (const value of [FIRST, hidden, new Error(FIRST), { encoded }, Buffer.from(`junk${SECOND}junk`)]) {
    expect(leaks(new Map([["a", [value]]]))).not.toEqual([]);
  }
});

/** What servers say that do not repeat the request's headers. */
const FAULTS = [
  { status: 401, times: 4 },
  { status: 503, times: 3 },
  { status: 429, times: 1, headers: { "retry-after": "1" } },
  { reset: "inside", times: 2 },
  { delayMs: 60_000, times: 2 },
  { status: 422, times: 2 },
] as const;

test.runIf(hasSqlite)(
  "no token is in anything that is told, published, printed or written (needs node:sqlite, Node 22.13)",
  async () => {
    const emulator = createEmulator();
    cleanups.push(emulator.close);
    const { url } = await emulator.listen();
    emulator.setFaults(FAULTS);
    const { seen, add } = listen();
    const path = join(folder, "outbox.db");
    let token = FIRST;
    const client = createClient({
      token: () => token,
      baseUrl: url,
      timeout: 1500,
      retry: { attempts: 20, baseDelay: 5, maxDelay: 50 },
      outbox: sqliteOutbox({ path }),
      waitUntil: (work) => add("waitUntil", work),
    });
    for (const name of LISTENED) client.on(name, (payload) => add(`listener ${name}`, payload));
    client.on("paused", () => {
      token = SECOND;
    });
    const createdAt = 1_700_000_000;
    const receipts: Receipt[] = [
      ...Array.from({ length: 12 }, (_, number) =>
        client.track({
          userId: `contact-${number}`,
          eventName: "placed-order",
          metadata: { "a.b": 1 } as never,
        }),
      ),
      ...Array.from({ length: 12 }, (_, number) =>
        client.track({ userId: `contact-${number}`, eventName: "Folded", createdAt }),
      ),
      client.track(null as never),
    ];
    await Promise.all(receipts.map(({ stored }) => stored));
    add("files", ...filesBytes());
    expect(readdirSync(folder).sort()).toEqual([
      "outbox.db",
      expect.stringMatching(/^outbox\.db-owner-\d+$/),
      "outbox.db-shm",
      "outbox.db-wal",
    ]);
    add("client", client, client.stats(), client.flush, client.contact({ userId: "1" }), receipts);
    add("flush", await client.flush({ timeout: 30_000 }));
    for (const receipt of receipts) add("outcomes", await receipt);
    add("files", ...filesBytes());
    add("close", await client.close(), client);
    add("files", ...filesBytes());
    const outbox = sqliteOutbox({ path });
    add("dead letters", ...(await lettersOf(outbox)));
    add("outbox", outbox);
    await outbox.close();

    expect(leaks(seen)).toEqual([]);
    // Everything there is to say has been said.
    const all = [...CHANNELS, ...LISTENED.map((each) => `listener ${each}`), "waitUntil"];
    expect([...seen.keys()]).toEqual(expect.arrayContaining(all));
    const verdicts = (seen.get("listener retry") as { verdict: { kind: string } }[]).map(
      ({ verdict }) => verdict.kind,
    );
    expect(new Set(verdicts)).toEqual(new Set(["server_error", "rate_limited", "unreachable", "timeout"]));
    expect(seen.get("dead letters")).toHaveLength(2);
    expect(Buffer.concat(seen.get("files") as Buffer[]).includes("contact-11")).toBe(true);
  },
);

test("no token is in a client to which nobody listens, or in what it prints", async () => {
  const emulator = createEmulator();
  cleanups.push(emulator.close);
  const { url } = await emulator.listen();
  emulator.setFaults([{ status: 500, times: 1 }, { status: 422, times: 1 }, { status: 401 }]);
  const { seen, add } = listen();
  const client = createClient({ token: FIRST, baseUrl: url, retry: { attempts: 1 }, concurrency: 1 });
  for (let number = 0; number < 4; number += 1) client.track({ userId: `${number}`, eventName: "Folded" });
  await vi.waitUntil(() => client.stats().isPaused, 20_000);
  client.track(null as never);
  add("client", client, client.stats(), client.contact({ userId: "1" }), client.summaries, client.events);
  add("close", await client.close({ timeout: 0 }));
  const warnings = (seen.get("console.warn") ?? []).join("\n");
  for (const kind of [
    /rejected: server_error/,
    /rejected: invalid/,
    /Nothing is being sent/,
    /was closed/,
    /not sent/,
  ]) {
    expect(warnings).toMatch(kind);
  }
  expect(leaks(seen)).toEqual([]);
});

test.each([
  ["its error", 422, { errors: [{ code: "bad_request", message: "Got TOKEN" }] }, {}],
  ["its error's request id", 422, { request_id: "TOKEN" }, {}],
  ["the request id of a refusal", 422, {}, { "x-request-id": "TOKEN" }],
  ["the request id of an acceptance", 202, {}, { "x-request-id": "TOKEN" }],
])(
  "no token is in what a server says that repeats the request's headers in %s",
  async (_, status, ...said) => {
    const emulator = createEmulator();
    cleanups.push(emulator.close);
    const { url, close } = await startFaultyServer(emulator, ({ request, response }) => {
      const [body, headers] = said.map((each) =>
        JSON.stringify(each).replace("TOKEN", request.headers.authorization ?? ""),
      );
      response.writeHead(status, JSON.parse(headers ?? "")).end(body);
    });
    cleanups.push(close);
    const { seen, add } = listen();
    const client = createClient({ token: FIRST, baseUrl: url });
    add("outcome", await client.track({ userId: "1", eventName: "placed-order" }));
    add("summaries", await client.summaries({ userId: "1" }).catch((error) => error));
    await client.close();
    expect(leaks(seen)).toEqual([]);
    expect(printed([...seen])).toContain("[access token]");
  },
);
