import type { ServerResponse } from "node:http";
import type { Emulator, EmulatorOptions, Fault } from "@intercom-events/emulator";
import { expect } from "vitest";
import type { Client, NodeClientOptions } from "../src/index.ts";
import { type FaultyCall, freePort, startFaultyServer } from "./faulty-server.ts";

/** What a row may look at and change while its events are under way. */
export interface Scene {
  readonly emulator: Emulator;
  /** The address of the emulator itself. */
  readonly url: string;
  /** To be called at the end. */
  readonly cleanups: (() => unknown)[];
}

/** One thing that goes wrong, and how it must end. */
export interface FaultRow {
  readonly emulator?: EmulatorOptions;
  /** Faults of the emulator. */
  readonly faults?: readonly Fault[];
  /** Answers in place of the emulator. */
  readonly answer?: (call: FaultyCall) => unknown;
  /** The address to call, if it is neither's. */
  readonly baseUrl?: (scene: Scene) => string | Promise<string>;
  readonly client?: Partial<NodeClientOptions>;
  /** A verdict that some attempt must have got. */
  readonly retried?: object;
  /** A verdict that must have paused the client. */
  readonly paused?: object;
  /** Told of each retry and pause. */
  readonly react?: (client: Client, scene: Scene) => void;
  /** How the event of a number ends, if not as accepted. */
  readonly ending?: (number: number) => object | undefined;
  /** What else must be so in the end. @throws where it is not */
  readonly check?: (scene: Scene) => void;
}

const HOUR = 3_600_000;
const RATE_HEADERS = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];
const FAST = { attempts: 50, baseDelay: 5, maxDelay: 50 };
const GIVES_UP = { ...FAST, attempts: 3 };
const ERROR = '{"type":"error.list","errors":[{"code":"server_error","message":"Out of order"}]}';

/** The first requests meet the fault, the others the emulator. */
function first(times: number, fault: (call: FaultyCall) => unknown): Pick<FaultRow, "answer"> {
  return { answer: (call) => (call.number < times ? fault(call) : call.pass()) };
}

function isOf(number: number, body: string): boolean {
  return JSON.parse(body).metadata.number === number;
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status).end(JSON.stringify({ type: "error.list", errors: [{ code, message: "No" }] }));
}

const unreachable = () => ({ status: "rejected", verdict: { kind: "unreachable" }, attempts: 3 });

/** A wrong clock: the allowance is small, so that windows have to be told apart. */
function skewed(by: number): FaultRow {
  return {
    emulator: { rateLimit: 14, now: () => Date.now() + by },
    check({ emulator }) {
      const { statuses } = emulator.stats();
      if (statuses[429]) throw new Error(`${statuses[429]} replies were 429`);
    },
  };
}

/** By name; a row is made anew for each run, as some remember what has happened. */
export const FAULT_ROWS: Readonly<Record<string, () => FaultRow>> = {
  "a server's clock an hour ahead": () => skewed(HOUR + 3_700),
  "a server's clock an hour behind": () => skewed(-HOUR - 3_700),
  "a 429 without any headers": () => ({
    faults: [{ status: 429, times: 3, removeHeaders: [...RATE_HEADERS, "date", "content-type"] }],
    retried: { kind: "rate_limited", status: 429 },
  }),
  "a 503 that asks for 11 seconds": () => ({
    faults: [{ status: 503, times: 3, headers: { "retry-after": "11" } }],
    retried: { kind: "server_error", status: 503 },
  }),
  "a storm of 429": () => ({
    faults: [{ status: 429, times: 5, headers: { "retry-after": "1" }, removeHeaders: RATE_HEADERS }],
    retried: { kind: "rate_limited" },
  }),
  "500 with a message": () => ({
    faults: [{ status: 500, times: 25, body: ERROR }],
    retried: { kind: "server_error", status: 500, message: "Out of order" },
  }),
  "500 without a body": () => ({
    faults: [{ status: 500, times: 25, body: "" }],
    retried: { kind: "server_error", status: 500, errors: [] },
  }),
  "502 in HTML": () => ({
    faults: [{ status: 502, times: 25 }],
    retried: { kind: "server_error", status: 502, errors: [] },
  }),
  "503 for a while": () => ({
    faults: [{ status: 503, times: 60 }],
    retried: { kind: "server_error", status: 503 },
  }),
  "an empty 503": () => ({
    faults: [{ status: 503, times: 25, body: "" }],
    retried: { kind: "server_error", status: 503, errors: [] },
  }),
  "503 for ever": () => ({
    faults: [{ status: 503 }],
    client: { retry: GIVES_UP },
    retried: { kind: "server_error", status: 503 },
    ending: () => ({ status: "rejected", verdict: { kind: "server_error", status: 503 }, attempts: 3 }),
  }),
  "503 for longer than events are worth sending": () => ({
    faults: [{ status: 503 }],
    client: { retry: { ...FAST, attempts: 1000, maxAge: 1500 } },
    retried: { kind: "server_error" },
    ending: () => ({ status: "dropped", reason: "expired" }),
  }),
  "connections reset before anything is done": () => ({
    faults: [{ reset: "before", times: 25 }],
    retried: { kind: "unreachable" },
  }),
  "connections reset inside the reply": () => ({
    faults: [{ reset: "inside", times: 25 }],
    retried: { kind: "unreachable" },
  }),
  "connections reset after all is done": () => ({
    faults: [{ reset: "after", times: 25 }],
    retried: { kind: "unreachable" },
  }),
  "replies that come too late": () => ({
    faults: [{ delayMs: 60_000, times: 6 }],
    client: { timeout: 300 },
    retried: { kind: "timeout" },
  }),
  "a body that comes too late": () => ({
    ...first(6, async ({ response, process }) => {
      await process();
      response.writeHead(202).write(" ");
    }),
    client: { timeout: 300 },
    retried: { kind: "timeout" },
  }),
  "a body without an end": () => ({
    ...first(2, ({ response }) => {
      const chunk = Buffer.alloc(1024 * 1024, "x");
      const write = (): void => {
        if (response.destroyed) return;
        if (response.write(chunk)) setImmediate(write);
        else response.once("drain", write);
      };
      response.writeHead(202);
      write();
    }),
    client: { timeout: 20_000 },
    retried: { kind: "unreachable" },
  }),
  "a content-length that is too long": () => ({
    ...first(6, async ({ response, process }) => {
      await process();
      response.writeHead(202, { "content-length": 100 });
      response.write("half", () => response.socket?.end());
    }),
    retried: { kind: "unreachable" },
  }),
  "a content-length that is too short": () =>
    first(6, async ({ request, process }) => {
      await process();
      request.socket.write("HTTP/1.1 202 Accepted\r\ncontent-length: 1\r\n\r\n and more");
    }),
  "TLS to a server without it": () => ({
    baseUrl: ({ url }) => url.replace("http:", "https:"),
    client: { retry: GIVES_UP },
    retried: { kind: "unreachable" },
    ending: unreachable,
  }),
  "a host without an address": () => ({
    baseUrl: () => "https://name.invalid",
    client: { retry: GIVES_UP },
    retried: { kind: "unreachable", cause: expect.objectContaining({ code: "ENOTFOUND" }) },
    ending: unreachable,
  }),
  "a server that is started later": () => {
    let [port, retries] = [0, 0];
    return {
      async baseUrl() {
        port = await freePort();
        return `http://127.0.0.1:${port}`;
      },
      retried: { kind: "unreachable", cause: expect.objectContaining({ code: "ECONNREFUSED" }) },
      async react(_, { emulator, cleanups }) {
        retries += 1;
        if (retries !== 30) return;
        const { close } = await startFaultyServer(emulator, (call) => call.pass(), port);
        cleanups.push(close);
      },
    };
  },
  "a 401 in the middle, and then another token": () => {
    let token = "first";
    return {
      answer: ({ request, response, number, pass }) =>
        number >= 5 && request.headers.authorization === "Bearer first"
          ? refuse(response, 401, "unauthorized")
          : pass(),
      client: { token: () => token },
      paused: { kind: "unauthorized", status: 401 },
      react() {
        token = "second";
      },
    };
  },
  "a 403, and then resume()": () => ({
    faults: [{ status: 403, times: 6 }],
    paused: { kind: "forbidden", status: 403 },
    react: (client) => void setTimeout(client.resume, 20),
  }),
  "contacts that come to exist later": () => {
    let retries = 0;
    return {
      emulator: { contacts: "strict" },
      retried: { kind: "contact_not_found", status: 404 },
      react(_, { emulator }) {
        retries += 1;
        if (retries !== 40) return;
        emulator.setContacts(Array.from({ length: 20 }, (_, number) => ({ user_id: `contact-${number}` })));
      },
    };
  },
  "contacts that never exist": () => ({
    emulator: { contacts: "strict" },
    client: { retry: { ...FAST, holdContact: 200 } },
    retried: { kind: "contact_not_found" },
    ending: () => ({ status: "rejected", verdict: { kind: "contact_not_found", status: 404 } }),
  }),
  "no word of the allowance": () => ({ faults: [{ removeHeaders: RATE_HEADERS }] }),
  "a window that ended long ago": () => ({
    faults: [{ headers: { "x-ratelimit-reset": "1", "x-ratelimit-remaining": "0" } }],
  }),
  "rate headers that are no numbers": () => ({
    faults: [{ headers: Object.fromEntries(RATE_HEADERS.map((name) => [name, "-5"])) }],
  }),
  "a redirect to another host": () => {
    const strangers: string[] = [];
    let location = "";
    return {
      async baseUrl({ emulator, cleanups }) {
        const other = await startFaultyServer(emulator, ({ body, response }) => {
          strangers.push(body);
          response.writeHead(202).end();
        });
        location = `http://localhost:${other.port}/events`;
        const server = await startFaultyServer(emulator, ({ response }) =>
          response.writeHead(307, { location }).end(),
        );
        cleanups.push(other.close, server.close);
        return server.url;
      },
      client: { retry: GIVES_UP },
      retried: { kind: "server_error", status: 307 },
      ending: () => ({ status: "rejected", verdict: { kind: "server_error", status: 307 }, attempts: 3 }),
      check() {
        if (strangers.length > 0) throw new Error("The other host was called");
      },
    };
  },
  "a 400 for one event among good ones": () => ({
    answer: ({ body, response, pass }) =>
      isOf(3, body) ? refuse(response, 400, "parameter_invalid") : pass(),
    ending: (number) =>
      number === 3 ? { status: "rejected", verdict: { kind: "invalid_request", status: 400 } } : undefined,
  }),
  "a 422 for one event among good ones": () => ({
    answer: ({ body, response, pass }) => (isOf(18, body) ? refuse(response, 422, "422") : pass()),
    // The equal one is sent after the first was refused, and refused as well.
    ending: (number) =>
      number >= 18
        ? { status: "rejected", verdict: { kind: "invalid_request", status: 422 }, attempts: 1 }
        : undefined,
  }),
};
