import { assertEqual } from "../../core/tests/assert-equal.ts";
import { startEmulator } from "./start-emulator.ts";
import { startProgram } from "./start-program.ts";

const emulator = await startEmulator();
Deno.test.beforeEach(() => emulator.reset());
Deno.test.afterAll(() => emulator.stop());

/** The one permission that a client needs. */
const NETWORK = `--allow-net=${new URL(emulator.url).host}`;

const START = `
  import { createClient } from "../src/index.ts";
  const options = { token: "token", baseUrl: "${emulator.url}", retry: { baseDelay: 100 }, timeout: 1000 };
  const client = createClient(options);
  const event = { userId: "314159", eventName: "logged-in" };
`;

/** A program that ends by itself, and what is stored then. */
function ends(
  name: string,
  body: string,
  { output = "", stored = 1, fault }: { output?: string; stored?: number; fault?: object } = {},
): void {
  Deno.test(`a program ends by itself ${name}`, async () => {
    if (fault) await emulator.fault(fault);
    assertEqual(await startProgram(START + body, NETWORK).ended, {
      status: 0,
      signal: null,
      output,
      errors: "",
    });
    assertEqual((await emulator.events()).length, stored);
  });
}

ends(
  "though a test has put fake timers in place while it sent",
  `
    const sent = client.track(event).then(({ status }) => console.log(status));
    Object.assign(globalThis, { clearTimeout() {}, clearInterval() {} });
    await sent;
  `,
  { output: "accepted\n" },
);

const OUTAGE = { status: 503, body: "", times: 2 };

ends("after close", "await client.track(event); console.log(JSON.stringify(await client.close()));", {
  output: '{"pending":0,"dropped":0}\n',
});
ends("without close, when it is idle", "console.log((await client.track(event)).status);", {
  output: "accepted\n",
});
ends("when nothing was tracked", "console.log(client.stats().tracked);", { output: "0\n", stored: 0 });
ends("once what was tracked is delivered, though nobody waits", "client.track(event);");
ends("once what met an outage is sent again, though nobody waits", "client.track(event);", { fault: OUTAGE });
ends("once what met an outage is sent again, waited for at the top", "await client.track(event);", {
  fault: OUTAGE,
});
ends(
  "once every client's events are delivered",
  "client.track(event); createClient(options).track({ ...event, eventName: 'logged-out' });",
  { fault: OUTAGE, stored: 2 },
);
ends(
  "once what is tracked while it waits is delivered too",
  `
    client.on("outcome", ({ event }) => {
      if (event.event_name === "logged-in") client.track({ userId: "314159", eventName: "logged-out" });
    });
    client.track(event);
  `,
  { fault: OUTAGE, stored: 2 },
);
ends(
  "and waits again for what is tracked after it has waited",
  `
    let isLate = false;
    addEventListener("beforeunload", async (asked) => {
      if (isLate || client.stats().pending > 0) return;
      isLate = true;
      asked.preventDefault();
      const faults = JSON.stringify([{ path: "/events", method: "POST", ...${JSON.stringify(OUTAGE)} }]);
      const headers = { "content-type": "application/json" };
      await (await fetch(options.baseUrl + "/_emulator/faults", { method: "PUT", headers, body: faults })).text();
      client.track({ ...event, eventName: "logged-out" });
    });
    client.track(event);
  `,
  { fault: OUTAGE, stored: 2 },
);
ends("at once with no exitTimeout", "createClient({ ...options, exitTimeout: 0 }).track(event);", {
  fault: OUTAGE,
  stored: 0,
});

Deno.test("a program that waits for its events does so without Node's beforeExit", async () => {
  await emulator.fault(OUTAGE);
  // Once it has made its process, Deno goes on for as long as Node would.
  const program = startProgram(
    `
      Reflect.deleteProperty(globalThis, "process");
      const { createClient } = await import("../src/index.ts");
      const client = createClient({ token: "token", baseUrl: "${emulator.url}", retry: { baseDelay: 100 } });
      client.track({ userId: "314159", eventName: "logged-in" });
    `,
    NETWORK,
    "--allow-read",
  );
  assertEqual(await program.ended, { status: 0, signal: null, output: "", errors: "" });
  assertEqual((await emulator.events()).length, 1);
});

Deno.test("a program that waited in vain ends, and says what is left and why", async () => {
  await emulator.fault({ status: 503 });
  const body = "createClient({ ...options, exitTimeout: 300 }).track(event);";
  const { status, errors } = await startProgram(START + body, NETWORK).ended;
  assertEqual([status, errors.trim().split("\n").length], [0, 2]);
  for (const words of [
    "An event has no outcome yet: server_error (503",
    "The program ends with an event that has no outcome",
  ])
    if (!errors.includes(words)) throw new Error(`It does not say so: ${errors}`);
});

Deno.test("a program whose token is refused does not wait for another, and says what is left", async () => {
  await emulator.fault({ status: 401 });
  const { status, errors } = await startProgram(`${START}client.track(event);`, NETWORK).ended;
  assertEqual([status, errors.trim().split("\n").length], [0, 2]);
  for (const words of ["Nothing is being sent", "The program ends with an event that has no outcome"])
    if (!errors.includes(words)) throw new Error(`It does not say so: ${errors}`);
});

Deno.test("a program that ends at once says what is left", async () => {
  const { status, errors } = await startProgram(`${START}client.track(event); Deno.exit(3);`, NETWORK).ended;
  const left = "intercom-events: The program ends with an event that has no outcome: await close() first.\n";
  assertEqual([status, errors], [3, left]);
});
