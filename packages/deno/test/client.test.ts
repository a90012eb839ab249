import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import { assertEqual } from "../../core/tests/assert-equal.ts";
import { createClient } from "../src/index.ts";
import { startEmulator } from "./start-emulator.ts";
import { startProgram } from "./start-program.ts";

const emulator = await startEmulator();
Deno.test.beforeEach(() => emulator.reset());
Deno.test.afterAll(() => emulator.stop());

const NETWORK = `--allow-net=${new URL(emulator.url).host}`;

Deno.test("createClient refuses an exitTimeout that is none, and whatever core refuses", () => {
  for (const [options, message] of [
    [
      { token: "token", exitTimeout: -1 },
      '"exitTimeout" must be whole milliseconds, 0 or more, got number -1',
    ],
    [{ token: "token", exitTimeout: "1" }, '"exitTimeout" must be whole milliseconds, 0 or more, got string'],
    [{ token: "token", concurrency: 0 }, '"concurrency" must be a positive integer, got number 0'],
    [
      { token: "token", keepAlive: 5 },
      '"keepAlive" must be one of token, region, baseUrl, apiVersion, timeout, concurrency, queue, retry, share, ' +
        "outbox, outboxFallback, waitUntil, metadataKeys, allowBrowser, warn, exitTimeout, got an unknown option",
    ],
    [{ token: "token", concurrency: "5" }, '"concurrency" must be a positive integer, got "5"'],
    [undefined, "the options must be an object such as { token }, got undefined"],
    ["token", "the options must be an object such as { token }, got string"],
  ] as const) {
    try {
      createClient(options as never);
    } catch (error) {
      if (error instanceof TypeError && error.message.startsWith(`Cannot create client: ${message}`))
        continue;
      throw error;
    }
    throw new Error(`${JSON.stringify(options)} was taken`);
  }
});

Deno.test("what happens is published to diagnostics_channel, without the token", async () => {
  const heard: [string, unknown][] = [];
  const hear = (message: unknown, name: string | symbol): void => void heard.push([String(name), message]);
  const names = ["tracked", "stored", "attempt", "outcome"].map((name) => `intercom-events:${name}`);
  for (const name of names) subscribe(name, hear);
  try {
    await using client = createClient({ token: "distinctive-token", baseUrl: emulator.url });
    await client.track({ userId: "314159", eventName: "logged-in", createdAt: 1_700_000_000 });
  } finally {
    for (const name of names) unsubscribe(name, hear);
  }
  assertEqual(
    heard.map(([name]) => name),
    names,
  );
  const event = { user_id: "314159", event_name: "logged-in", created_at: 1_700_000_000 };
  assertEqual(heard[2], ["intercom-events:attempt", { event, attempts: 1 }]);
  if (Deno.inspect(heard, { depth: 10 }).includes("distinctive-token")) throw new Error("The token is told");
  assertEqual(channel("intercom-events:outcome").hasSubscribers, false);
});

Deno.test("importing it listens for nothing; a client does until it is closed", async () => {
  const program = startProgram(
    `
      const heard = [];
      for (const [object, name] of [
        [globalThis, "addEventListener"],
        [globalThis, "removeEventListener"],
        [Deno, "addSignalListener"],
      ]) {
        const real = object[name];
        object[name] = (...given) => {
          heard.push(name + " " + given[0]);
          return real.call(object, ...given);
        };
      }
      const { createClient } = await import("../src/index.ts");
      console.log(heard.join());
      const clients = [createClient({ token: "one" }), createClient({ token: "two" })];
      console.log(heard.join());
      for (const client of clients) await client.close();
      console.log(heard.join());
    `,
    NETWORK,
    "--allow-read",
  );
  const added = "addEventListener beforeunload,addEventListener unload";
  assertEqual(await program.ended, {
    status: 0,
    signal: null,
    output: `\n${added}\n${added},removeEventListener beforeunload,removeEventListener unload\n`,
    errors: "",
  });
});

Deno.test("a program that ends waits ten seconds for its events where it is not told how long", async () => {
  const client = createClient({ token: "token", baseUrl: emulator.url });
  const waits: (number | undefined)[] = [];
  client.flush = async (options) => {
    waits.push(options?.timeout);
    return { pending: 0 };
  };
  const { now } = performance;
  performance.now = () => 0;
  client.track({ userId: "314159", eventName: "logged-in" });
  globalThis.dispatchEvent(new Event("beforeunload", { cancelable: true }));
  performance.now = now;
  assertEqual(waits, [10_000]);
  await client.close();
});

Deno.test("64 connections are kept for the next event where nothing is said, else as many as calls", async () => {
  const before = Object.getOwnPropertyDescriptor(Deno, "createHttpClient") ?? {};
  const { createHttpClient } = Deno;
  const kept: unknown[] = [];
  const watched = (options: Deno.CreateHttpClientOptions) => {
    kept.push(options.poolMaxIdlePerHost);
    return createHttpClient(options);
  };
  Object.defineProperty(Deno, "createHttpClient", { ...before, value: watched });
  for (const concurrency of [undefined, 3]) {
    await using client = createClient({ token: "token", baseUrl: emulator.url, concurrency });
    assertEqual((await client.track({ userId: "314159", eventName: "logged-in" })).status, "accepted");
  }
  Object.defineProperty(Deno, "createHttpClient", before);
  assertEqual(kept, [64, 3]);
});

Deno.test("connections end when the client is closed", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const client = createClient({ token: "token", baseUrl: `http://127.0.0.1:${listener.addr.port}` });
  const receipt = client.track({ userId: "314159", eventName: "logged-in" });
  const connection = await listener.accept();
  await connection.read(new Uint8Array(65_536));
  await connection.write(new TextEncoder().encode("HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n"));
  assertEqual((await receipt).status, "accepted");
  await client.close();
  const limit = setTimeout(() => connection.close(), 5000);
  // It may have sent the head and the body of its request apart.
  while ((await connection.read(new Uint8Array(65_536))) !== null);
  clearTimeout(limit);
  connection.close();
  listener.close();
});

Deno.test("it works where parts of Deno are missing", async () => {
  const program = startProgram(
    `
      for (const name of ["createHttpClient", "unrefTimer", "addSignalListener", "removeSignalListener", "openKv"])
        if (Reflect.deleteProperty(Deno, name) && Deno[name] !== undefined) throw new Error(name + " is there");
      Reflect.deleteProperty(globalThis, "process");
      const { closeOnSignal, createClient } = await import("../src/index.ts");
      const client = createClient({ token: "token", baseUrl: "${emulator.url}" });
      closeOnSignal(client)();
      console.log((await client.track({ userId: "314159", eventName: "logged-in" })).status);
    `,
    NETWORK,
    "--allow-read",
  );
  assertEqual(await program.ended, { status: 0, signal: null, output: "accepted\n", errors: "" });
});

Deno.test("a reply without an end is given up, and does not fill the memory until the time is over", async () => {
  let sent = 0;
  const chunk = new Uint8Array(1024 * 1024).fill(32);
  const endless = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          sent += 1;
          controller.enqueue(chunk);
        },
      }),
      { status: 503 },
    );
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => undefined }, endless);
  const client = createClient({
    token: "token",
    baseUrl: `http://127.0.0.1:${server.addr.port}`,
    retry: { attempts: 1 },
    timeout: 30_000,
    warn: () => undefined,
  });
  const outcome = await client.track({ userId: "314159", eventName: "logged-in" });
  assertEqual(outcome.status === "rejected" && outcome.verdict.kind, "unreachable");
  if (sent > 64) throw new Error(`It has read on: ${sent} MiB were sent`);
  await client.close();
  await server.shutdown();
});
