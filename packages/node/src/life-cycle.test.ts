import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createEmulator } from "@intercom-events/emulator";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startFaultyServer } from "../test/faulty-server.ts";
import { runProgram, startProgram } from "../test/run-program.ts";
import { closeOnSignal, createClient, sqliteOutbox } from "./index.ts";

const EVENTS = 10;
const hasSqlite = Boolean(process.getBuiltinModule?.("node:sqlite"));
const emulator = createEmulator();
const { url } = await emulator.listen();
const folder = mkdtempSync(join(tmpdir(), "life-cycle-"));
let path: string;
let files = 0;
beforeEach(() => {
  files += 1;
  path = join(folder, `${files}.db`);
});
afterEach(() => emulator.reset());
afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true });
});

/** Lines of a program: a client that has tracked some events. @param options text of further options */
function tracking(options = "", name = "client"): string {
  return `
    const { createClient, closeOnSignal, sqliteOutbox } = require("./index.ts");
    const ${name} = createClient({
      token: "token", baseUrl: ${JSON.stringify(url)}, retry: { attempts: 1000, baseDelay: 20, maxDelay: 100 }, ${options}
    });
    for (let number = 0; number < ${EVENTS}; number += 1) {
      ${name}.track({ userId: "${name}-" + number, eventName: "placed-order" });
    }
  `;
}

/** Keeps a program running until a signal ends it. */
const STAY = `const stay = setInterval(() => undefined, 1000); console.log("ready");`;
const REPORT = "{ onClosed: (report) => console.log(JSON.stringify(report)) }";
const FIRST = ["--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc"];
const durable = (): string => `outbox: sqliteOutbox({ path: ${JSON.stringify(path)} }),`;

async function eventsIn(file: string): Promise<number> {
  const outbox = sqliteOutbox({ path: file });
  const { events } = await outbox.counts();
  await outbox.close();
  return events;
}

describe.skipIf(process.platform === "win32")("closeOnSignal", () => {
  test.each(["SIGTERM", "SIGINT"] as const)(
    "delivers what is pending, and lets %s end the process",
    async (name) => {
      emulator.setFaults([{ delayMs: 500, times: EVENTS }]);
      const { child, printed, ended } = await startProgram(
        `${tracking()} closeOnSignal(client, ${REPORT}); ${STAY}`,
      );
      await printed("ready");
      expect(emulator.requests().filter(({ status }) => status === 202).length).toBeLessThan(EVENTS);
      child.kill(name);
      expect(await ended).toEqual({
        status: null,
        signal: name,
        output: 'ready\n{"pending":0,"dropped":0}\n',
        errors: "",
      });
      expect(emulator.events()).toHaveLength(EVENTS);
    },
  );

  test("ends the process at a second signal, whatever is pending", async () => {
    emulator.setFaults([{ status: 503 }]);
    const { child, printed, ended } = await startProgram(`
      ${tracking("warn() {},")}
      const told = { close: (options) => (console.log("closing"), client.close(options)) };
      closeOnSignal(told, { timeout: 1e9, onClosed: () => console.log("closed") });
      ${STAY}
    `);
    await printed("ready");
    child.kill("SIGTERM");
    await printed("closing");
    await setTimeout(1_100);
    child.kill("SIGTERM");
    const { signal, output } = await ended;
    expect(signal).toBe("SIGTERM");
    expect(output).not.toContain("closed");
  });

  test.each([
    ["a signal that it is sent twice, as by systemd and by a parent that hands it on, for one", "SIGTERM"],
    ["the second of two signals for its end, if the program has a handler for the first alone", "SIGINT"],
  ] as const)("takes %s", async (_, first) => {
    emulator.setFaults([{ delayMs: 300, times: EVENTS }]);
    const { child, printed, ended } = await startProgram(`
      ${tracking()}
      process.on("SIGINT", () => undefined);
      const told = { close: (options) => (process.kill(process.pid, "SIGTERM"), client.close(options)) };
      closeOnSignal(told, ${REPORT});
      ${STAY}
    `);
    await printed("ready");
    child.kill(first);
    const { signal, output } = await ended;
    expect({ signal, output }).toEqual({ signal: "SIGTERM", output: 'ready\n{"pending":0,"dropped":0}\n' });
    expect(emulator.events()).toHaveLength(EVENTS);
  });

  test("closes a client at its signal, though another has been closed at another signal a moment ago", async () => {
    emulator.setFaults([{ delayMs: 300, times: EVENTS }]);
    const { child, printed, ended } = await startProgram(`
      ${tracking()}
      process.on("SIGHUP", () => undefined);
      const other = createClient({ token: "token", baseUrl: ${JSON.stringify(url)} });
      closeOnSignal(other, { signals: ["SIGHUP"], onClosed: () => process.kill(process.pid, "SIGTERM") });
      closeOnSignal(client, ${REPORT});
      ${STAY}
    `);
    await printed("ready");
    child.kill("SIGHUP");
    const { signal, output } = await ended;
    expect({ signal, output }).toEqual({ signal: "SIGTERM", output: 'ready\n{"pending":0,"dropped":0}\n' });
    expect(emulator.events()).toHaveLength(EVENTS);
  });

  test("leaves the end of the process to a program that has a handler of its own", async () => {
    emulator.setFaults([{ delayMs: 300, times: EVENTS }]);
    const { child, printed, ended } = await startProgram(`
      ${tracking()}
      process.on("SIGTERM", () => console.log("mine"));
      closeOnSignal(client, { onClosed(report) {
        console.log(JSON.stringify(report));
        process.exitCode = 3;
        setTimeout(() => clearInterval(stay), 300); // A second signal would be told by then.
      } });
      ${STAY}
    `);
    await printed("ready");
    child.kill("SIGTERM");
    expect(await ended).toEqual({
      status: 3,
      signal: null,
      output: 'ready\nmine\n{"pending":0,"dropped":0}\n',
      errors: "",
    });
    expect(emulator.events()).toHaveLength(EVENTS);
  });

  test("waits for what it tells, and lets that fail, while others are being closed", async () => {
    emulator.setFaults([{ delayMs: 50, times: EVENTS }]);
    const { child, printed, ended } = await startProgram(`
      ${tracking("concurrency: 1,", "slow")}
      closeOnSignal(slow, ${REPORT});
      const idle = createClient({ token: "token", baseUrl: ${JSON.stringify(url)} });
      closeOnSignal(idle, { async onClosed() { throw new Error("no disk to write a report to"); } });
      const told = createClient({ token: "token", baseUrl: ${JSON.stringify(url)} });
      closeOnSignal(told, { async onClosed() {
        await slow.flush();
        await new Promise((resolve) => setTimeout(resolve, 100));
        console.log("written");
      } });
      ${STAY}
    `);
    await printed("ready");
    child.kill("SIGTERM");
    expect(await ended).toEqual({
      status: null,
      signal: "SIGTERM",
      output: 'ready\n{"pending":0,"dropped":0}\nwritten\n',
      errors: "",
    });
    expect(emulator.events()).toHaveLength(EVENTS);
  });

  test("says that a close has failed, and closes the others", async () => {
    const { child, printed, ended } = await startProgram(`
      ${tracking("concurrency: 1,", "client")}
      closeOnSignal({ async close() { throw new Error("the server does not stop"); } });
      closeOnSignal(client, ${REPORT});
      ${STAY}
    `);
    await printed("ready");
    child.kill("SIGTERM");
    const { errors, ...rest } = await ended;
    expect(rest).toEqual({ status: null, signal: "SIGTERM", output: 'ready\n{"pending":0,"dropped":0}\n' });
    expect(errors).toContain("intercom-events: Cannot close on a signal: Error: the server does not stop");
    expect(emulator.events()).toHaveLength(EVENTS);
  });

  test("waits for all clients that have asked for it", async () => {
    const server = await startFaultyServer(emulator, ({ number, response, pass }) =>
      number === 0 ? response.writeHead(503).end() : pass(),
    );
    const { child, printed, ended } = await startProgram(`
      const { createClient, closeOnSignal } = require("./index.ts");
      for (const baseUrl of ${JSON.stringify([url, server.url])}) {
        const client = createClient({ token: "token", baseUrl, retry: { baseDelay: 5_000, maxDelay: 5_000 } });
        client.track({ userId: baseUrl, eventName: "placed-order" });
        closeOnSignal(client);
      }
      ${STAY}
    `);
    await printed("ready");
    await vi.waitUntil(() => server.bodies.length > 0, 20_000);
    child.kill("SIGTERM");
    expect((await ended).signal).toBe("SIGTERM");
    await server.close();
    expect(emulator.events()).toHaveLength(2);
  });

  test("gives up after its time, and says what was left", async () => {
    emulator.setFaults([{ status: 503 }]);
    const { child, printed, ended } = await startProgram(`
      ${tracking("warn() {},")}
      closeOnSignal(client, { timeout: 200, ...${REPORT} });
      ${STAY}
    `);
    await printed("ready");
    child.kill("SIGTERM");
    const { signal, output } = await ended;
    expect({ signal, output }).toEqual({
      signal: "SIGTERM",
      output: `ready\n{"pending":0,"dropped":${EVENTS}}\n`,
    });
  });

  test.runIf(hasSqlite)(
    "leaves what an outage holds up in the outbox (needs node:sqlite, Node 22.13)",
    async () => {
      emulator.setFaults([{ status: 503 }]);
      const { child, printed, ended } = await startProgram(`
      ${tracking(`warn() {}, ${durable()}`)}
      closeOnSignal(client, { timeout: 200, ...${REPORT} });
      ${STAY}
    `);
      await printed("ready");
      child.kill("SIGTERM");
      const { signal, output } = await ended;
      expect({ signal, output }).toEqual({
        signal: "SIGTERM",
        output: `ready\n{"pending":${EVENTS},"dropped":0}\n`,
      });
      expect(await eventsIn(path)).toBe(EVENTS);
    },
  );

  // What signal-exit does, which many tools load: https://github.com/tapjs/signal-exit/blob/v4.1.0/src/index.ts
  const signalExit = (emitter: string): string => `
    const emitter = ${emitter} ??= { count: 0 };
    emitter.count += 1;
    process.on("SIGTERM", function end(signal) {
      if (process.listenerCount(signal) > emitter.count) return;
      emitter.count -= 1;
      process.off(signal, end);
      process.kill(process.pid, signal);
    });
  `;
  const versions = [
    ["3", "process.__signal_exit_emitter__"],
    ["4", 'globalThis[Symbol.for("signal-exit emitter")]'],
  ] as const;
  test.each(
    versions.flatMap(([version, emitter]) =>
      ["before", "after"].map((when) => [version, when, emitter] as const),
    ),
  )("closes before signal-exit %s, loaded %s, ends the process", async (_, when, emitter) => {
    emulator.setFaults([{ delayMs: 300, times: EVENTS }]);
    const other = signalExit(emitter);
    const { child, printed, ended } = await startProgram(`
      ${tracking()}
      ${when === "before" ? other : ""}
      closeOnSignal(client, ${REPORT});
      ${when === "after" ? other : ""}
      ${STAY}
    `);
    await printed("ready");
    child.kill("SIGTERM");
    const { signal, output } = await ended;
    expect({ signal, output }).toEqual({ signal: "SIGTERM", output: 'ready\n{"pending":0,"dropped":0}\n' });
    expect(emulator.events()).toHaveLength(EVENTS);
  });

  test("closes the clients of all copies of this package", async () => {
    emulator.setFaults([{ delayMs: 300, times: EVENTS }]);
    const { child, printed, ended } = await startProgram(`
      ${tracking()}
      const copy = require("./close-on-signal.ts?copy");
      copy.closeOnSignal(createClient({ token: "token", baseUrl: ${JSON.stringify(url)} }), ${REPORT});
      closeOnSignal(client, ${REPORT});
      ${STAY}
    `);
    await printed("ready");
    child.kill("SIGTERM");
    const { signal, output } = await ended;
    const report = '{"pending":0,"dropped":0}\n';
    expect({ signal, output }).toEqual({ signal: "SIGTERM", output: `ready\n${report}${report}` });
    expect(emulator.events()).toHaveLength(EVENTS);
  });

  test("closes a client that comes while others are being closed", async () => {
    emulator.setFaults([{ delayMs: 300, times: 1 }]);
    const { child, printed, ended } = await startProgram(`
      ${tracking("concurrency: 1,")}
      const late = createClient({ token: "token", baseUrl: ${JSON.stringify(url)} });
      closeOnSignal({ close(options) { closeOnSignal(late, ${REPORT}); return client.close(options); } }, ${REPORT});
      ${STAY}
    `);
    await printed("ready");
    child.kill("SIGTERM");
    const { signal, output } = await ended;
    const report = '{"pending":0,"dropped":0}\n';
    expect({ signal, output }).toEqual({ signal: "SIGTERM", output: `ready\n${report}${report}` });
  });

  const canBeFirst = spawnSync("unshare", [...FIRST, "true"]).status === 0;
  test.skipIf(!canBeFirst)(
    "ends the first process of a container (needs a namespace of its own)",
    async () => {
      const { status, output } = await runProgram(
        `${tracking()} closeOnSignal(client, ${REPORT}); ${STAY} process.kill(process.pid, "SIGTERM");`,
        { within: ["unshare", ...FIRST] },
      );
      expect({ status, output }).toEqual({ status: 143, output: 'ready\n{"pending":0,"dropped":0}\n' });
      expect(emulator.events()).toHaveLength(EVENTS);
    },
  );

  test("takes its handlers away again", async () => {
    const before = [process.listenerCount("SIGTERM"), process.listenerCount("SIGUSR2")];
    await using client = createClient({ token: "token", baseUrl: url });
    const remove = closeOnSignal(client, { signals: ["SIGTERM", "SIGUSR2"] });
    expect([process.listenerCount("SIGTERM"), process.listenerCount("SIGUSR2")]).toEqual(
      before.map((count) => count + 1),
    );
    remove();
    expect([process.listenerCount("SIGTERM"), process.listenerCount("SIGUSR2")]).toEqual(before);
  });
});

describe("closeOnSignal refuses, and listens for nothing,", () => {
  test.each([undefined, null, {}, Promise.resolve()])("for %o in the place of a client", (client) => {
    const before = process.listenerCount("SIGTERM");
    const message = /^Cannot close on a signal: "client" must have a "close", got (?:undefined|object)$/;
    expect(() => closeOnSignal(client as never)).toThrow(message);
    expect(process.listenerCount("SIGTERM")).toBe(before);
  });

  test.each([
    [
      { signals: ["SIGUSR2", "SIGKILL"] },
      /"signals" must be some that can be listened for, got \["SIGUSR2","SIGKILL"\]$/,
    ],
    [
      { signals: ["SIGUSR2", "SIGTREM"] },
      /"signals" must be some that can be listened for, got \["SIGUSR2","SIGTREM"\]$/,
    ],
    [{ signals: ["SIGUSR2"], timeout: -1 }, /"timeout" must be milliseconds, got number$/],
    [{ signals: ["SIGUSR2"], timeout: Number.NaN }, /"timeout" must be milliseconds, got number$/],
    [{ signals: ["SIGUSR2"], timeout: "5s" }, /"timeout" must be milliseconds, got string$/],
  ])("with %j", async (options, message) => {
    const before = process.listenerCount("SIGUSR2");
    await using client = createClient({ token: "token", baseUrl: url });
    expect(() => closeOnSignal(client, options as never)).toThrow(message);
    expect(process.listenerCount("SIGUSR2")).toBe(before);
  });
});

describe("a program that just ends", () => {
  test("delivers first what meets an outage", async () => {
    emulator.setFaults([{ status: 503, times: 15 }]);
    expect(await runProgram(tracking())).toEqual({ status: 0, signal: null, output: "", errors: "" });
    expect(emulator.events()).toHaveLength(EVENTS);
  });

  test("gives up after exitTimeout, and says so and why", async () => {
    emulator.setFaults([{ status: 503 }]);
    const { status, errors } = await runProgram(tracking("exitTimeout: 300,"));
    expect(status).toBe(0);
    expect(errors).toContain("An event has no outcome yet: server_error (503");
    expect(errors).toContain(`The program ends with ${EVENTS} events that have no outcome`);
    expect(emulator.stats().requests).toBeGreaterThan(0);
  });

  test.runIf(hasSqlite)("leaves events in the outbox (needs node:sqlite, Node 22.13)", async () => {
    emulator.setFaults([{ status: 503 }]);
    const { status } = await runProgram(tracking(`exitTimeout: 300, warn() {}, ${durable()}`));
    expect(status).toBe(0);
    expect(await eventsIn(path)).toBe(EVENTS);
  });

  test.runIf(hasSqlite)(
    "writes into the outbox what it tracks last (needs node:sqlite, Node 22.13)",
    async () => {
      emulator.setFaults([{ status: 401 }]);
      const { status } = await runProgram(`
      ${tracking(`warn() {}, ${durable()}`)}
      setTimeout(() => client.track({ userId: "last", eventName: "placed-order" }), 200);
    `);
      expect(status).toBe(0);
      expect(await eventsIn(path)).toBe(EVENTS + 1);
    },
  );

  test.runIf(hasSqlite)(
    "has written into the outbox how its events have ended (needs node:sqlite, Node 22.13)",
    async () => {
      const { status } = await runProgram(tracking(durable()));
      expect(status).toBe(0);
      expect(emulator.events()).toHaveLength(EVENTS);
      expect(await eventsIn(path)).toBe(0);
    },
  );

  test("is not held up by a client whose token is refused", async () => {
    emulator.setFaults([{ status: 401 }]);
    // Far longer than a program of these tests may run.
    const { status, errors } = await runProgram(tracking("exitTimeout: 100_000,"));
    expect(status).toBe(0);
    expect(errors).toMatch(/Nothing is being sent: unauthorized/);
    expect(errors).toContain(`The program ends with ${EVENTS} events that have no outcome`);
  });

  test("is not held up by flush while a token is refused, and says what is left", async () => {
    emulator.setFaults([{ status: 401 }]);
    const { status, output, errors } = await runProgram(`
      ${tracking("exitTimeout: 100,")}
      client.flush().then(() => console.log("flushed"));
    `);
    expect({ status, output }).toEqual({ status: 0, output: "" });
    expect(errors).toMatch(/Nothing is being sent: unauthorized/);
    expect(errors).toContain(`The program ends with ${EVENTS} events that have no outcome`);
  });

  test("does not wait with exitTimeout: 0", async () => {
    emulator.setFaults([{ status: 503 }]);
    const { status, output, errors } = await runProgram(`
      ${tracking("exitTimeout: 0, retry: { baseDelay: 60_000, maxDelay: 60_000 },")}
      console.log(process.listenerCount("beforeExit"));
      process.on("exit", () => console.log(client.stats().pending));
    `);
    expect({ status, output, errors }).toEqual({ status: 0, output: `0\n${EVENTS}\n`, errors: "" });
  });
});

describe("a program that ends at once", () => {
  test.each([
    ["by process.exit", "process.exit(3);", 3],
    ["by an error that nobody catches", 'throw new Error("broken");', 1],
  ])("says what is left, %s", async (_, end, expected) => {
    const { status, errors } = await runProgram(`${tracking()} ${end}`);
    expect(status).toBe(expected);
    const left = `intercom-events: The program ends with ${EVENTS} events that have no outcome: await close() first.`;
    expect(errors.split("\n").filter((line) => line.startsWith("intercom-events"))).toEqual([left]);
  });

  test.runIf(hasSqlite)("says nothing of what its outbox keeps (needs node:sqlite, Node 22.13)", async () => {
    emulator.setFaults([{ status: 503 }]);
    const end = "client.track(event).stored.then(() => process.exit(3));";
    const start = `const event = { userId: "last", eventName: "placed-order" };`;
    const { status, errors } = await runProgram(`${tracking(durable())} ${start} ${end}`);
    expect({ status, errors }).toEqual({ status: 3, errors: "" });
    expect(await eventsIn(path)).toBe(EVENTS + 1);
  });

  test("says nothing once its client is closed", async () => {
    const { status, errors } = await runProgram(`${tracking()} client.close().then(() => process.exit(3));`);
    expect({ status, errors }).toEqual({ status: 3, errors: "" });
    expect(emulator.events()).toHaveLength(EVENTS);
  });
});

describe("listeners of the process", () => {
  test("are one for many clients, and none once all are closed", async () => {
    const problems: Error[] = [];
    const listener = (warning: Error) => problems.push(warning);
    process.on("warning", listener);
    const count = () => ["beforeExit", "exit"].map((name) => process.listenerCount(name));
    const before = count();
    const clients = Array.from({ length: 50 }, () => createClient({ token: "token", baseUrl: url }));
    expect(count()).toEqual(before.map((number) => number + 1));
    for (const client of clients.slice(1)) await client.close();
    expect(count()).toEqual(before.map((number) => number + 1));
    await clients[0]?.close();
    expect(count()).toEqual(before);
    await new Promise(setImmediate); // Warnings are told a little later.
    process.off("warning", listener);
    expect(problems).toEqual([]);
  });

  test("are one for many clients that close on a signal", async () => {
    const before = process.listenerCount("SIGUSR2");
    const clients = Array.from({ length: 11 }, () => createClient({ token: "token", baseUrl: url }));
    const ends = clients.map((client) => closeOnSignal(client, { signals: ["SIGUSR2"] }));
    expect(process.listenerCount("SIGUSR2")).toBe(before + 1);
    for (const end of ends) end();
    expect(process.listenerCount("SIGUSR2")).toBe(before);
    for (const client of clients) await client.close();
  });

  test("are one for many copies of this package, and none once all clients are closed", async () => {
    const count = () =>
      ["beforeExit", "exit", "SIGTERM", "SIGINT"].map((name) => process.listenerCount(name));
    const before = count();
    const ends: (() => unknown)[] = [];
    for (let copy = 0; copy < 12; copy += 1) {
      vi.resetModules();
      const { createClient, closeOnSignal } = await import("./index.ts");
      const client = createClient({ token: "token", baseUrl: url });
      ends.push(closeOnSignal(client), () => client.close());
    }
    expect(count()).toEqual(before.map((number) => number + 1));
    for (const end of ends) await end();
    expect(count()).toEqual(before);
  });

  test("there is none for a client with exitTimeout: 0", async () => {
    const before = process.listenerCount("beforeExit");
    await using _ = createClient({ token: "token", baseUrl: url, exitTimeout: 0 });
    expect(process.listenerCount("beforeExit")).toBe(before);
  });
});
