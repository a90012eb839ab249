/**
 * Malformed requests over sockets, 100,000 on Node 24, made of pieces that are right, wrong or random. Those that are
 * well-formed HTTP must each be answered, the others answered or hung up on; none may make the emulator
 * fail by itself or stop it.
 */
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { event, second } from "../test/emulator-bench.ts";
import { createEmulator } from "./index.ts";

/** Node 24 has all of them, as the others run the same code. */
const share = process.version.startsWith("v24.") ? 1 : 0.1;
const wellFormed = 88_000 * share;
const illFormed = 12_000 * share;
const perConnection = 100;
const atOnce = 8;

/** A small generator with a seed, so that a failing run can be repeated. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function createGarbage(seed: number): { request(): Buffer; bytes(): Buffer } {
  const random = createRandom(seed);
  const pick = <T>(values: readonly T[]): T => values[random(values.length)] as T;
  const bytes = (most: number): string =>
    String.fromCharCode(...Array.from({ length: random(most) }, () => random(256)));
  const garble = (text: string): string => {
    const at = random(text.length + 1);
    return pick([
      text,
      text,
      text.slice(0, at),
      text.slice(0, at) + bytes(8) + text.slice(at),
      text.slice(0, at) + text.slice(at + 1 + random(5)),
    ]);
  };
  const target = () =>
    pick([
      "/events",
      "/events",
      "/events?type=user&user_id=1&per_page=1e9",
      "/events?%E0%A4%A",
      "/events/summaries",
      "/messenger/web/events",
      "/widget/%00",
      "/_emulator/faults",
      "/_emulator/contacts",
      "/_emulator/event-names/archive",
      "/_emulator/clock",
      "/_emulator/import",
      "/_emulator/../events",
      "//",
      "http://[",
      "*",
      `/${bytes(20)}`,
    ]);
  const value = (): unknown =>
    pick<() => unknown>([
      () => null,
      () => random(2) === 0,
      () => pick([0, -1, 1e308, second, Number.POSITIVE_INFINITY, 0.1]),
      () => bytes(12),
      () => [value()],
      () => ({ [bytes(3)]: value(), __proto__: null }),
      () => "x".repeat(random(3000)),
    ])();
  const body = () =>
    pick<() => string>([
      () =>
        JSON.stringify(event({ [pick(["event_name", "created_at", "user_id", "metadata", "id"])]: value() })),
      () => garble(JSON.stringify(event({ metadata: { a: value() } }))),
      () => JSON.stringify({ user_id: "1", event_summaries: value() }),
      () =>
        `event_list=${encodeURIComponent(JSON.stringify(pick([value(), { data: value() }])))}&visitor_id=1`,
      () => JSON.stringify([{ status: value(), user_id: value() }]),
      () => JSON.stringify({ now: value(), advance: value(), name: value() }),
      () => bytes(60),
    ])();
  const headers = (contentLength: string) => [
    pick(["Host: localhost", "Host: localhost", "Host: localhost", "Host: evil.example", "Host: ?"]),
    pick(["Authorization: Bearer t", "Authorization: Bearer t", "Authorization:", "Authorization: Basic a"]),
    pick(["Accept: application/json", "Accept: */*", "Accept: ;;q=", "A: b"]),
    pick(["Content-Type: application/json", "Content-Type: application/json", "Content-Type: ;"]),
    pick(["A: b", "Origin: https://evil.example", "Intercom-Version: NaN", `X: ${"x".repeat(random(999))}`]),
    contentLength,
  ];
  const write = (start: string, lines: readonly string[], text: string): Buffer =>
    Buffer.from(`${start}\r\n${lines.join("\r\n")}\r\n\r\n${text}`, "latin1");

  return {
    /** HTTP that a parser accepts, so that what is in it reaches the emulator. */
    request() {
      const text = body();
      // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what may not be there.
      const path = target().replaceAll(/[\x00-\x20\x7f-\xff]/g, "~");
      const start = `${pick(["POST", "POST", "POST", "GET", "PUT", "DELETE", "OPTIONS"])} ${path} HTTP/1.1`;
      return write(start, headers(`Content-Length: ${text.length}`), text);
    },
    /** What a parser may choke on. */
    bytes() {
      const text = body();
      const length = pick([text.length, text.length + 5, -1, "1e3", "", `${text.length}, 0`]);
      const odd = pick(["Transfer-Encoding: chunked", "Expect: 100-continue", "Upgrade: h2c", bytes(9)]);
      const start = `${pick(["POST", "GET", "post", bytes(5)])} ${target()} HTTP/${pick(["1.1", "1.0", "9.9"])}`;
      const whole = write(start, [...headers(`Content-Length: ${length}`), odd], text);
      return Buffer.from(garble(whole.toString("latin1")), "latin1");
    },
  };
}

/** Writes some bytes and counts the replies until the connection is over. Broken requests may end in a reset. */
async function send(port: number, bytes: readonly Buffer[]): Promise<number> {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.setEncoding("latin1").on("data", (piece: string) => {
    text += piece;
  });
  socket.on("error", () => {});
  const closed = once(socket, "close");
  socket.end(Buffer.concat(bytes));
  await closed;
  expect(text).not.toMatch(/HTTP\/1\.1 5/);
  return text.match(/HTTP\/1\.1 \d{3} /g)?.length ?? 0;
}

test(`${wellFormed + illFormed} malformed requests do no harm`, { timeout: 300_000 }, async () => {
  const emulator = createEmulator({ rateLimit: 10 ** 9, retainRequests: 1000 });
  const { port, url } = await emulator.listen();
  const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const garbage = createGarbage(seed);
  let replies = 0;
  async function worker(): Promise<void> {
    for (let round = 0; round < wellFormed / perConnection / atOnce; round += 1) {
      const came = await send(port, Array.from({ length: perConnection }, garbage.request));
      replies += came;
    }
    for (let round = 0; round < illFormed / atOnce; round += 1) await send(port, [garbage.bytes()]);
  }
  await Promise.all(Array.from({ length: atOnce }, worker)).catch((error: Error) => {
    throw new Error(`with FUZZ_SEED=${seed}: ${error.message}`, { cause: error });
  });

  expect(replies, `seed ${seed}`).toBe(wellFormed);
  emulator.reset();
  const headers = { authorization: "Bearer t", "content-type": "application/json" };
  const answer = await fetch(`${url}/events`, { method: "POST", headers, body: JSON.stringify(event()) });
  expect(answer.status, `seed ${seed}`).toBe(202);
  expect(emulator.events()).toHaveLength(1);
  await emulator.close();
});
