import { expect, test } from "vitest";
import { createBench, event, second } from "../test/emulator-bench.ts";
import { createEmulator } from "./index.ts";

test("a frozen clock stands, can be moved, and goes on from there", async () => {
  let base = second * 1000;
  const { clock } = createEmulator({ now: () => base });
  base += 5;
  expect(clock.state()).toEqual({ now: second * 1000 + 5, frozen: false });
  clock.freeze();
  base += 1000;
  expect(clock.state()).toEqual({ now: second * 1000 + 5, frozen: true });
  clock.advance(95);
  expect(clock.now()).toBe(second * 1000 + 100);
  clock.resume();
  base += 1;
  expect(clock.state()).toEqual({ now: second * 1000 + 101, frozen: false });
  clock.set(1000);
  base += 1;
  expect(clock.now()).toBe(1001);
  clock.freeze(7);
  clock.reset();
  expect(clock.state()).toEqual({ now: base, frozen: false });
});

test("a moved clock ends rate windows, dates replies and ages events", async () => {
  const { emulator, post, json } = createBench({ rateLimit: 1 });
  const list = "/events?type=user&user_id=314159";
  await post(event());
  expect((await post(event({ created_at: 1 }))).status).toBe(429);
  emulator.clock.advance(10_000);
  const reply = await post(event());
  expect([reply.status, reply.headers.get("date")]).toEqual([
    202,
    new Date((second + 10) * 1000).toUTCString(),
  ]);
  emulator.clock.advance(89 * 24 * 3600 * 1000);
  expect(await json(list)).toMatchObject({ events: [{ created_at: second }] });
  emulator.clock.advance(2 * 24 * 3600 * 1000);
  expect(await json(list)).toMatchObject({ events: [] });
});

test.each([
  [
    "freeze",
    () => createEmulator().clock.freeze(-1),
    '"freeze" must be milliseconds from 0 to 253402300799999, got number -1',
  ],
  [
    "set",
    () => createEmulator().clock.set(Number.NaN),
    '"now" must be milliseconds from 0 to 253402300799999, got number NaN',
  ],
  [
    "advance",
    () => createEmulator().clock.advance(0.5),
    '"advance" must be an integer of milliseconds, got number 0.5',
  ],
  [
    "far",
    () => createEmulator().clock.advance(1e15),
    /^Cannot set clock: "advance" must be milliseconds from 0/,
  ],
])("a wrong time is refused: %s", (_, move, message) => {
  expect(move).toThrow(typeof message === "string" ? new TypeError(`Cannot set clock: ${message}`) : message);
});

test("PUT /_emulator/clock moves it", async () => {
  const { emulator, call, json } = createBench();
  const put = (body: unknown) => call("/_emulator/clock", { method: "PUT", body: JSON.stringify(body) });
  expect(await (await put({ now: 5000, advance: 10, frozen: true })).json()).toEqual({
    now: 5010,
    frozen: true,
  });
  expect(await json("/_emulator/clock")).toEqual({ now: 5010, frozen: true });
  await put({ frozen: false });
  expect(emulator.clock.state().frozen).toBe(false);
  const wrong = await put({ frozen: "yes" });
  expect([wrong.status, await wrong.json()]).toEqual([
    400,
    { error: 'Cannot set clock: "frozen" must be true or false, got "yes"' },
  ]);
});

test.each([
  { now: 5000, advance: "x" },
  { now: 5000, advance: -5001 },
  { now: -1, frozen: true },
  { advance: 1, now: null },
])("PUT /_emulator/clock with %j is refused as a whole", async (body) => {
  const { call, json } = createBench();
  const before = await json("/_emulator/clock");
  const reply = await call("/_emulator/clock", { method: "PUT", body: JSON.stringify(body) });
  expect(reply.status).toBe(400);
  expect(await json("/_emulator/clock")).toEqual(before);
});
