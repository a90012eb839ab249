import { connect } from "node:net";
import { expect, test } from "vitest";
import { createBodyBudget, createBodyBuffer } from "./body-buffer.ts";
import { createEmulator } from "./index.ts";
import { bodyLimit } from "./plain-message.ts";

const mib = 1024 ** 2;

test("a body is put together, and let go", () => {
  const budget = createBodyBudget(10 * mib);
  const buffer = createBodyBuffer(budget);
  for (const bytes of [[0xe2, 0x82], [0xac]]) buffer.add(Buffer.from(bytes));
  expect([buffer.held(), buffer.take(), buffer.held()]).toEqual([3, Buffer.from("€"), 0]);
  expect(createBodyBuffer(budget).take()).toEqual(Buffer.alloc(0));
});

test("nothing of a body over the limit is held, however long it goes on", () => {
  const budget = createBodyBudget(10 * mib);
  const buffer = createBodyBuffer(budget);
  for (let sent = 0; sent <= bodyLimit; sent += 65_536) {
    buffer.add(Buffer.alloc(65_536));
    expect(buffer.held()).toBeLessThanOrEqual(bodyLimit);
  }
  for (let more = 0; more < 100; more += 1) {
    buffer.add(Buffer.alloc(10));
    expect(buffer.held()).toBe(0);
  }
  expect(buffer.take()).toBeUndefined();
  expect(budget.take(10 * mib)).toBe(true); // all of it is back
});

test("bodies under way share a budget", () => {
  const budget = createBodyBudget(100);
  const [first, second] = [createBodyBuffer(budget), createBodyBuffer(budget)];
  first.add(Buffer.alloc(60));
  second.add(Buffer.alloc(60));
  expect([second.held(), second.take()]).toEqual([0, undefined]);
  expect(first.take()).toHaveLength(60);
  const third = createBodyBuffer(budget);
  third.add(Buffer.alloc(60));
  expect(third.take()).toHaveLength(60);
});

// The chunks are thrown away as they come: without that, all of it would be held when the last byte is sent.
test("draining a body of 400 MiB takes no memory to speak of", async () => {
  const emulator = createEmulator();
  const { port } = await emulator.listen();
  const chunk = Buffer.alloc(4 * mib, "x");
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const socket = connect(port, "127.0.0.1");
  const reply = new Promise<string>((resolve) => socket.once("data", (bytes) => resolve(String(bytes))));
  socket.write(
    "POST /events HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nAuthorization: Bearer t\r\n" +
      `Content-Type: application/json\r\nContent-Length: ${100 * chunk.length}\r\n\r\n`,
  );
  for (let sent = 0; sent < 100; sent += 1) {
    await new Promise<void>((resolve) => socket.write(chunk, () => resolve()));
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  expect(await reply).toMatch(/^HTTP\/1.1 413 /);
  expect(most).toBeLessThan(200 * mib);
  socket.destroy();
  await emulator.close();
});
