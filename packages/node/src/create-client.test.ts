import { AsyncLocalStorage } from "node:async_hooks";
import { createEmulator } from "@intercom-events/emulator";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { runProgram } from "../test/run-program.ts";
import { flushOnExit } from "./flush-on-exit.ts";
import { createClient } from "./index.ts";
import { createNodeTransport } from "./transport.ts";

// Watched, not replaced.
vi.mock("./flush-on-exit.ts", { spy: true });
vi.mock("./transport.ts", { spy: true });

const EVENT = { userId: "314159", eventName: "logged-in" } as const;

const emulator = createEmulator();
const { url } = await emulator.listen();
afterAll(() => emulator.close());
afterEach(() => {
  emulator.reset();
  vi.restoreAllMocks();
});

describe("options", () => {
  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])("keepAlive %o is refused", (keepAlive) => {
    expect(() => createClient({ token: "token", keepAlive })).toThrow(
      new TypeError(
        `Cannot create client: "keepAlive" must be whole milliseconds, 0 or more, got number ${keepAlive}`,
      ),
    );
  });

  test.each(["4000", null, {}])("keepAlive %o is refused", (keepAlive) => {
    expect(() => createClient({ token: "token", keepAlive: keepAlive as never })).toThrow(
      new TypeError(
        `Cannot create client: "keepAlive" must be whole milliseconds, 0 or more, got ${typeof keepAlive}`,
      ),
    );
  });

  test.each([0, 1, Number.MAX_SAFE_INTEGER])("keepAlive %o is taken", async (keepAlive) => {
    await using client = createClient({ token: "token", baseUrl: url, keepAlive });
    expect((await client.track(EVENT)).status).toBe("accepted");
  });

  test.each([
    [undefined, /: the options must be an object such as { token }, got undefined$/],
    [null, /: the options must be an object such as { token }, got null$/],
    [{}, /"token" must be an access token/],
    ["token", /: the options must be an object such as { token }, got string$/],
    [{ token: "token", concurrency: -1 }, /"concurrency" must be a positive integer, got number -1/],
    [{ token: "token", concurrency: "8" }, /"concurrency" must be a positive integer, got "8"/],
    [{ token: "token", region: "de" }, /"region" must be "us", "eu" or "au", got "de"/],
    [
      { token: "token", transport: () => undefined },
      /"transport" must be left out; .* @intercom-events\/core$/,
    ],
    [{ token: "token", release: undefined }, /"release" must be left out/],
    [
      { token: "token", keepalive: 5 },
      /"keepalive" must be one of token, .*, warn, keepAlive, exitTimeout, got an unknown option/,
    ],
  ])("%o is refused", (options, message) => {
    const refusal = expect(() => createClient(options as never));
    refusal.toThrow(TypeError);
    refusal.toThrow(message);
  });

  test("those left out are as documented", async () => {
    const warn = vi.fn();
    await using client = createClient({ token: "token", warn });
    expect(createNodeTransport).toHaveBeenLastCalledWith({ connections: 64, keepAlive: 4000, warn });
    expect(flushOnExit).toHaveBeenLastCalledWith({ client, timeout: 10_000, hasOutbox: false, warn });
  });

  test("without warn, a loss is told on the console", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    emulator.setFaults([{ status: 503, body: "" }]);
    await using client = createClient({ token: "token", baseUrl: url, retry: { attempts: 1 } });
    await client.track(EVENT);
    await client.track({ ...EVENT, eventName: "logged-out" });
    expect(warn.mock.calls).toHaveLength(1);
    expect(warn.mock.calls[0]?.[0]).toMatch(/^intercom-events: An event was rejected: server_error \(503/);
  });
});

describe("a program ends by itself", () => {
  // Connections are to be kept for 10 minutes; the program must not wait for that.
  const start = (options: string): string => `
    const { createClient } = require("./index.ts");
    const client = createClient({ token: "token", baseUrl: ${JSON.stringify(url)}, keepAlive: 600_000, ${options} });
    const event = { userId: "1", eventName: "logged-in" };
  `;

  test.each([
    [
      "after close",
      "await client.track(event); console.log(await client.close());",
      "{ pending: 0, dropped: 0 }\n",
    ],
    ["without close, when it is idle", "console.log((await client.track(event)).status);", "accepted\n"],
    [
      "without close, when a call was given up",
      "console.log((await client.track({ ...event, eventName: 'slow' })).verdict);",
      "{ kind: 'timeout' }\n",
    ],
    ["when nothing was tracked", "console.log(client.stats().tracked);", "0\n"],
    ["once what was tracked is delivered, though nobody waits", "client.track(event);", ""],
    [
      "once what met an outage is sent again, though nobody waits",
      "client.track({ ...event, eventName: 'outage' });",
      "",
    ],
  ])("%s", async (name, body, output) => {
    const isGivenUp = /given up/.test(name);
    if (isGivenUp) emulator.setFaults([{ delayMs: 600_000 }]);
    if (/outage/.test(name)) emulator.setFaults([{ status: 503, times: 2 }]);
    // Only where it is meant: on a busy machine a call may take longer than a second.
    const options = isGivenUp
      ? "timeout: 1_000, retry: { attempts: 3, baseDelay: 100 }, warn() {}"
      : "retry: { baseDelay: 100 }";
    const {
      status,
      output: printed,
      errors,
    } = await runProgram(`${start(options)} (async () => { ${body} })();`);
    expect({ status, printed, errors }).toEqual({ status: 0, printed: output, errors: "" });
    expect(emulator.events()).toHaveLength(/nothing/.test(name) ? 0 : 1);
  });
});

describe("a bundle as one ES module", () => {
  const program = `
    import { createClient } from "./index.ts";
    const client = createClient({ token: "token", baseUrl: ${JSON.stringify(url)}, retry: { baseDelay: 1, attempts: 3 } });
    console.log((await client.track({ userId: "1", eventName: "logged-in" })).status);
  `;
  const esm = { format: "esm" as const, external: [] };

  test("sends where it has a require", async () => {
    const js = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
    const { output, errors } = await runProgram(program, { bundle: { ...esm, banner: { js } } });
    expect([output, errors]).toEqual(["accepted\n", ""]);
  });

  test("says that it cannot, once, where it has none", async () => {
    const { output, errors } = await runProgram(program, { bundle: esm });
    expect(output).toBe("rejected\n");
    const [first, ...others] = errors.trim().split("\n");
    expect(first).toBe(
      'intercom-events: Cannot load undici: Error: Dynamic require of "node:assert" is not supported',
    );
    expect(others).toEqual([expect.stringMatching(/^intercom-events: An event was rejected: no reply/)]);
  });
});

test("importing it changes nothing", async () => {
  const { output, errors } = await runProgram(`
    const describe = () => new Map(
      [globalThis, console, Object.prototype, Array.prototype, Promise.prototype].flatMap((object, index) =>
        Reflect.ownKeys(object).map((key) => [index + String(key), Object.getOwnPropertyDescriptor(object, key)])
      ),
    );
    // Not the pipes of its own output, which it opens when it likes.
    const resources = () => process.getActiveResourcesInfo().filter((name) => name !== "PipeWrap").sort();
    const listeners = () => process.eventNames().map((name) => [String(name), process.listenerCount(name)]);
    describe(); // Reading some globals makes Node define others.
    const before = [describe(), resources(), listeners()];
    require("./index.ts");
    const after = [describe(), resources(), listeners()];
    const changed = [...after[0]].filter(([key, { value, get }]) => {
      const old = before[0].get(key);
      // Node makes many globals when they are first read, by whomever.
      return !old || old.get === undefined && (!Object.is(old.value, value) || get !== undefined);
    });
    const gone = [...before[0].keys()].filter((key) => !after[0].has(key));
    console.log(JSON.stringify({
      changed: changed.map(([key]) => key),
      gone,
      resources: [before[1], after[1]],
      listeners: [before[2], after[2]],
    }));
  `);
  expect(errors).toBe("");
  const { changed, gone, resources, listeners } = JSON.parse(output);
  expect({ changed, gone }).toEqual({ changed: [], gone: [] });
  expect(resources[1]).toEqual(resources[0]);
  expect(listeners[1]).toEqual(listeners[0]);
});

test("a listener is called in the context it was added in, whoever has tracked the event", async () => {
  const storage = new AsyncLocalStorage<string>();
  const heard: unknown[] = [];
  await using client = createClient({ token: "token", baseUrl: url, concurrency: 1 });
  storage.run("start", () =>
    client.on("outcome", ({ outcome }) => heard.push([outcome.status, storage.getStore()])),
  );
  for (const request of ["first", "second"]) {
    const event = { userId: request, eventName: "logged-in" };
    storage.run(request, () => [client.track(event), client.track({ ...event, createdAt: -1 })]);
  }
  await storage.run("third", () => client.flush());
  expect(heard).toEqual(["invalid", "invalid", "accepted", "accepted"].map((status) => [status, "start"]));
});

test("what is no listener is a TypeError that says so", async () => {
  await using client = createClient({ token: "token", baseUrl: url });
  expect(() => client.on("outcome", 5 as never)).toThrow(
    new TypeError('Cannot add a listener: "listener" must be a function, got number'),
  );
});
