import { assertEqual } from "../../core/tests/assert-equal.ts";
import { closeOnSignal } from "../src/index.ts";
import { startEmulator } from "./start-emulator.ts";
import { type RunningProgram, startProgram } from "./start-program.ts";

const emulator = await startEmulator();
Deno.test.beforeEach(() => emulator.reset());
Deno.test.afterAll(() => emulator.stop());

/** A server's program: it has something to do for ever, and tracks one event. */
function startServer(body: string): RunningProgram {
  return startProgram(
    `
      import { closeOnSignal, createClient } from "../src/index.ts";
      const options = { token: "token", baseUrl: "${emulator.url}" };
      const client = createClient(options);
      const onClosed = (report: object) => console.log(JSON.stringify(report));
      const event = { userId: "314159", eventName: "logged-in" };
      setInterval(() => undefined, 1000);
      ${body}
      client.track(event);
      console.log("started");
    `,
    `--allow-net=${new URL(emulator.url).host}`,
  );
}

for (const [signal, status] of [
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const) {
  Deno.test(`at a ${signal} the client delivers what is pending, and the program ends by it`, async () => {
    await emulator.fault({ delayMs: 300 });
    const program = startServer("closeOnSignal(client, { onClosed });");
    await program.said("started");
    program.kill(signal);
    assertEqual(await program.ended, {
      status,
      signal,
      output: 'started\n{"pending":0,"dropped":0}\n',
      errors: "",
    });
    assertEqual((await emulator.events()).length, 1);
  });
}

Deno.test("a program that then has nothing else to do ends by the signal, even if that takes a while to arrive", async () => {
  const program = startProgram(`
    import { closeOnSignal } from "../src/index.ts";
    const { kill } = Deno;
    Deno.kill = (...given) => Deno.unrefTimer(setTimeout(kill, 300, ...given));
    const server = setInterval(() => undefined, 1000);
    closeOnSignal({
      async close() {
        clearInterval(server);
        return { pending: 0, dropped: 0 };
      },
    });
    console.log("started");
  `);
  await program.said("started");
  program.kill("SIGTERM");
  assertEqual((await program.ended).signal, "SIGTERM");
});

Deno.test("at a signal each client is closed before the program ends", async () => {
  await emulator.fault({ delayMs: 300, times: 1 });
  const program = startServer(`
    closeOnSignal(createClient(options), { onClosed });
    closeOnSignal(client, { onClosed });
  `);
  await program.said("started");
  program.kill("SIGTERM");
  const { signal, output } = await program.ended;
  assertEqual([signal, output], ["SIGTERM", `started\n${'{"pending":0,"dropped":0}\n'.repeat(2)}`]);
  assertEqual((await emulator.events()).length, 1);
});

Deno.test("an onClosed that throws keeps no other client from being closed, and the program ends by the signal", async () => {
  await emulator.fault({ delayMs: 300, times: 1 });
  const program = startServer(`
    const fails = () => {
      throw new Error("It cannot be told");
    };
    closeOnSignal(createClient(options), { onClosed: fails });
    closeOnSignal(client, { onClosed });
  `);
  await program.said("started");
  program.kill("SIGTERM");
  const { signal, output } = await program.ended;
  assertEqual([signal, output], ["SIGTERM", 'started\n{"pending":0,"dropped":0}\n']);
  assertEqual((await emulator.events()).length, 1);
});

Deno.test("a close that fails is said, and keeps no other client from being closed", async () => {
  await emulator.fault({ delayMs: 300, times: 1 });
  const program = startServer(`
    closeOnSignal({ async close() { throw new Error("shutdown failed"); } }, { onClosed });
    closeOnSignal(client, { onClosed });
  `);
  await program.said("started");
  program.kill("SIGTERM");
  const { signal, output, errors } = await program.ended;
  assertEqual([signal, output], ["SIGTERM", 'started\n{"pending":0,"dropped":0}\n']);
  assertEqual(errors.split("\n")[0], "intercom-events: Cannot close on a signal: Error: shutdown failed");
  assertEqual((await emulator.events()).length, 1);
});

Deno.test("an onClosed that takes its time, and fails in the end, is waited for", async () => {
  await emulator.fault({ delayMs: 300, times: 1 });
  const program = startServer(`
    const fails = async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      console.log("told");
      throw new Error("It cannot be told");
    };
    closeOnSignal(createClient(options), { onClosed: fails });
    closeOnSignal(client, { onClosed: fails });
  `);
  await program.said("started");
  program.kill("SIGTERM");
  const { signal, output, errors } = await program.ended;
  assertEqual([signal, output, errors], ["SIGTERM", "started\ntold\ntold\n", ""]);
  assertEqual((await emulator.events()).length, 1);
});

Deno.test("clients of two copies of this package are all closed before the program ends", async () => {
  await emulator.fault({ delayMs: 300, times: 1 });
  const program = startServer(`
    import { closeOnSignal as closeOfOther } from "../src/close-on-signal.ts?copy";
    closeOfOther(createClient(options), { onClosed });
    closeOnSignal(client, { onClosed });
  `);
  await program.said("started");
  program.kill("SIGTERM");
  const { signal, output } = await program.ended;
  assertEqual([signal, output], ["SIGTERM", `started\n${'{"pending":0,"dropped":0}\n'.repeat(2)}`]);
  assertEqual((await emulator.events()).length, 1);
});

Deno.test("a signal that is named twice closes the client once, and the program ends by it", async () => {
  const program = startServer('closeOnSignal(client, { signals: ["SIGTERM", "SIGTERM"], onClosed });');
  await program.said("started");
  program.kill("SIGTERM");
  const { signal, output } = await program.ended;
  assertEqual([signal, output], ["SIGTERM", 'started\n{"pending":0,"dropped":0}\n']);
});

Deno.test("the time to close is limited, and what is left is told", async () => {
  await emulator.fault({ status: 503 });
  const program = startServer("closeOnSignal(client, { timeout: 200, onClosed });");
  await program.said("started");
  program.kill("SIGTERM");
  const { signal, output } = await program.ended;
  assertEqual([signal, output], ["SIGTERM", 'started\n{"pending":0,"dropped":1}\n']);
});

Deno.test("the time to close is ten seconds where none is given", async () => {
  const program = startServer(`
    closeOnSignal({
      close(how) {
        console.log(JSON.stringify(how));
        return client.close(how);
      },
    });
  `);
  await program.said("started");
  program.kill("SIGTERM");
  assertEqual((await program.ended).output, 'started\n{"timeout":10000}\n');
});

Deno.test("a second signal ends the program at once", async () => {
  await emulator.fault({ delayMs: 30_000 });
  const program = startServer(`
    closeOnSignal({
      close(how) {
        console.log("closing");
        setTimeout(() => console.log("still closing"), 1000); // After the timer that was set before the call.
        return client.close(how);
      },
    }, { onClosed });
  `);
  await program.said("started");
  program.kill("SIGTERM");
  await program.said("still closing");
  program.kill("SIGTERM");
  const { signal, output } = await program.ended;
  assertEqual([signal, output], ["SIGTERM", "started\nclosing\nstill closing\n"]);
});

const signals = {
  "a signal that is sent twice, as by systemd and by a parent that hands it on, is taken for one": "SIGTERM",
  "the second of two signals ends a program that listens for the first alone": "SIGINT",
} as const;
for (const [name, first] of Object.entries(signals)) {
  Deno.test(name, async () => {
    await emulator.fault({ delayMs: 300, times: 1 });
    const program = startServer(`
      Deno.addSignalListener("SIGINT", () => undefined);
      closeOnSignal({
        close(how) {
          Deno.kill(Deno.pid, "SIGTERM");
          return client.close(how);
        },
      }, { onClosed });
    `);
    await program.said("started");
    program.kill(first);
    const { signal, output } = await program.ended;
    assertEqual([signal, output], ["SIGTERM", 'started\n{"pending":0,"dropped":0}\n']);
    assertEqual((await emulator.events()).length, 1);
  });
}

Deno.test("a program that listens for the signal itself hears it again, and ends itself", async () => {
  const program = startServer(`
    let heard = 0;
    Deno.addSignalListener("SIGTERM", () => ++heard === 2 && Deno.exit(7));
    closeOnSignal(client, { onClosed });
  `);
  await program.said("started");
  program.kill("SIGTERM");
  const { status, output } = await program.ended;
  assertEqual([status, output], [7, 'started\n{"pending":0,"dropped":0}\n']);
});

Deno.test("where a program may not end itself by a signal, its exit status says so", async () => {
  const program = startServer(`
    Deno.kill = () => {
      throw new Deno.errors.NotCapable("Requires run access");
    };
    closeOnSignal(client, { onClosed });
  `);
  await program.said("started");
  program.kill("SIGTERM");
  const { status, signal, output } = await program.ended;
  assertEqual([status, signal, output], [143, null, 'started\n{"pending":0,"dropped":0}\n']);
});

Deno.test("without its listeners a signal ends the program as ever", async () => {
  await emulator.fault({ delayMs: 30_000 });
  const program = startServer("closeOnSignal(client, { onClosed })();");
  await program.said("started");
  program.kill("SIGTERM");
  const { signal, output } = await program.ended;
  assertEqual([signal, output], ["SIGTERM", "started\n"]);
});

Deno.test("listening for a signal keeps no program alive", async () => {
  const program = startProgram(
    `
      import { closeOnSignal, createClient } from "../src/index.ts";
      closeOnSignal(createClient({ token: "token", baseUrl: "${emulator.url}" }));
    `,
    `--allow-net=${new URL(emulator.url).host}`,
  );
  assertEqual(await program.ended, { status: 0, signal: null, output: "", errors: "" });
});

Deno.test("a signal that cannot be listened for is refused, and nothing is listened for then", async () => {
  const program = startServer(`
    try {
      closeOnSignal(client, { signals: ["SIGTERM", "SIGKILL"], onClosed });
    } catch (error) {
      console.log(String(error));
    }
  `);
  await program.said("started");
  program.kill("SIGTERM");
  const { signal, output } = await program.ended;
  const told =
    'TypeError: Cannot close on a signal: "signals" must be some that can be listened for, got "SIGTERM", "SIGKILL"';
  assertEqual([signal, output], ["SIGTERM", `${told}\nstarted\n`]);
});

Deno.test("what is no client is refused", () => {
  for (const client of [undefined, {}]) {
    let message = "";
    try {
      closeOnSignal(client as never);
    } catch (error) {
      message = (error as Error).message;
    }
    assertEqual(message, `Cannot close on a signal: "client" must have a "close", got ${typeof client}`);
  }
});

Deno.test("a time to close that is none is refused", () => {
  for (const timeout of [-1, Number.NaN, "1"]) {
    try {
      closeOnSignal({ close: () => Promise.reject(new Error("It was closed")) }, { timeout } as object)();
    } catch (error) {
      if (error instanceof TypeError && error.message.includes('"timeout" must be milliseconds')) continue;
      throw error;
    }
    throw new Error(`${timeout} was taken`);
  }
});
