import { assertEqual } from "../../core/tests/assert-equal.ts";
import {
  createClient,
  type DenoClientOptions,
  denoKvOutbox,
  type Outbox,
  type Outcome,
} from "../src/index.ts";
import { startEmulator } from "./start-emulator.ts";
import { startProgram } from "./start-program.ts";

const folder = Deno.makeTempDirSync({ prefix: "client-outbox-" });
const emulator = await startEmulator();
Deno.test.beforeEach(() => emulator.reset());
Deno.test.afterAll(async () => {
  await emulator.stop();
  Deno.removeSync(folder, { recursive: true });
});

let files = 0;

/** A test with a store file of its own. */
function test(name: string, run: (path: string) => Promise<void>): void {
  files += 1;
  const path = `${folder}/${files}.kv`;
  Deno.test(`a client with an outbox in Deno KV ${name}`, () => run(path));
}

/** A client that repeats at once what fails, and the warnings it has given. */
function start(outbox: Outbox, options: Partial<DenoClientOptions> = {}) {
  const warnings: string[] = [];
  const client = createClient({
    token: "distinctive-token",
    baseUrl: emulator.url,
    retry: { baseDelay: 10, maxDelay: 50, attempts: 1_000_000 },
    warn: (message) => void warnings.push(message),
    outbox,
    ...options,
  });
  return { client, warnings };
}

const event = (number: number) => ({ userId: `user-${number}`, eventName: "logged-in" }) as const;
const EVENTS = [1, 2, 3, 4, 5].map(event);

async function storedUsers(): Promise<string[]> {
  return (await emulator.events()).map(({ user_id }) => user_id).sort();
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await isSo()); ) {
    if (Date.now() > deadline) throw new Error("It never came about");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("delivers what an earlier one has left in an outage, byte for byte", async (path) => {
  await emulator.fault({ status: 503 });
  const before = start(denoKvOutbox({ path }));
  const receipts = EVENTS.map((tracked) => before.client.track(tracked));
  assertEqual(
    await Promise.all(receipts.map(({ stored }) => stored)),
    EVENTS.map(() => true),
  );
  await until(async () => (await emulator.bodies()).length >= EVENTS.length);
  assertEqual(await before.client.close({ timeout: 0 }), { pending: EVENTS.length, dropped: 0 });
  assertEqual(await storedUsers(), []);

  await emulator.fault();
  const after = start(denoKvOutbox({ path }));
  await until(async () => (await emulator.events()).length === EVENTS.length);
  assertEqual(await after.client.close(), { pending: 0, dropped: 0 });
  assertEqual(
    await storedUsers(),
    EVENTS.map(({ userId }) => userId),
  );
  assertEqual(new Set(await emulator.bodies()).size, EVENTS.length);
  assertEqual([before.warnings, after.warnings], [[], []]);

  const outbox = denoKvOutbox({ path });
  assertEqual(await outbox.counts(), { events: 0, bytes: 0, deadLetters: 0 });
  await outbox.close();
});

test("says that an event is stored once others can read it, and not before", async (path) => {
  await emulator.fault({ status: 503 });
  const outbox = denoKvOutbox({ path });
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const held: Outbox = {
    ...outbox,
    async append(...given) {
      await gate;
      await outbox.append(...given);
    },
  };
  const { client } = start(held);
  const heard: unknown[] = [];
  const stored = client.track(event(1)).stored.then((isStored) => heard.push(isStored));
  await client.flush({ timeout: 100 });
  assertEqual(heard, []);
  open();
  await stored;
  assertEqual(heard, [true]);
  const other = denoKvOutbox({ path });
  assertEqual((await other.counts()).events, 1);
  await other.close();
  await client.close({ timeout: 0 });
});

test("notices what others end while they keep the store busy", async (path) => {
  await emulator.fault({ status: 503, headers: { "retry-after": "120" } });
  const { client, warnings } = start(denoKvOutbox({ path }));
  const receipts = EVENTS.map((tracked) => client.track(tracked));
  await Promise.all(receipts.map(({ stored }) => stored));
  await until(async () => (await emulator.bodies()).length === EVENTS.length);
  const others = denoKvOutbox({ path });
  const ids: string[] = [];
  for await (const id of others.ids?.() ?? []) ids.push(id);
  const theirs = { id: "zzz-theirs", body: "{}", trackedAt: 1, attempts: 0, failures: 0, dueAt: 0 };
  await others.append([theirs], Date.now() + 3_600_000);
  const flushed = client.flush();
  await until(async () => client.stats().inFlight === 0);
  const outcome: Outcome = { status: "accepted", attempts: 1 };
  await others.settle(
    ids.map((id) => ({ id, outcome })),
    Date.now(),
  );
  assertEqual(await flushed, { pending: 0 });
  assertEqual(
    (await Promise.all(receipts)).map(({ status }) => status),
    EVENTS.map(() => "accepted"),
  );
  assertEqual((await others.counts()).events, 1);
  assertEqual(await client.close(), { pending: 0, dropped: 0 });
  assertEqual(warnings, []);
  await others.close();
});

test("drops what the outbox refuses, and says so", async (path) => {
  await emulator.fault({ status: 503 });
  const { client, warnings } = start(denoKvOutbox({ path, maxEvents: 1 }));
  const kept = client.track(event(1));
  assertEqual(await kept.stored, true);
  const refused = [client.track(event(2)), client.track(event(3))];
  assertEqual(
    await Promise.all(refused),
    refused.map(() => ({ status: "dropped", reason: "not_stored" })),
  );
  assertEqual(await Promise.all(refused.map(({ stored }) => stored)), [false, false]);
  const { tracked, dropped, droppedByReason, pending } = client.stats();
  assertEqual(
    { tracked, dropped, droppedByReason, pending },
    {
      tracked: 3,
      dropped: 2,
      droppedByReason: { not_stored: 2 },
      pending: 1,
    },
  );
  if (!warnings.some((warning) => warning.includes("1 of at most 1 are kept already")))
    throw new Error(`It does not say so: ${warnings}`);
  await emulator.fault();
  assertEqual((await kept).status, "accepted");
  assertEqual(await client.close(), { pending: 0, dropped: 0 });
});

test("drops an event that is too long for the store, and none of those tracked with it", async (path) => {
  const { client, warnings } = start(denoKvOutbox({ path }));
  // Numbers do not count towards the characters that an event may have.
  const metadata = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, index) => [(10 * 36 ** 2 + index).toString(36), -Number.MAX_VALUE]),
  );
  const receipts = [event(1), { ...event(2), metadata }, event(3)].map((tracked) => client.track(tracked));
  assertEqual(await Promise.all(receipts.map(({ stored }) => stored)), [true, false, true]);
  assertEqual(await client.close(), { pending: 0, dropped: 0 });
  assertEqual(await storedUsers(), ["user-1", "user-3"]);
  if (!warnings.some((warning) => warning.includes("one has more than 420000 bytes")))
    throw new Error(`It does not say so: ${warnings}`);
});

test('delivers what the outbox refuses from memory, with outboxFallback: "memory"', async (path) => {
  Deno.writeTextFileSync(path, "This is no database. ".repeat(1000));
  const { client, warnings } = start(denoKvOutbox({ path }), { outboxFallback: "memory" });
  const receipt = client.track(event(1));
  assertEqual([await receipt.stored, (await receipt).status], [false, "accepted"]);
  assertEqual(await client.close(), { pending: 0, dropped: 0 });
  assertEqual(await storedUsers(), ["user-1"]);
  if (!warnings.some((warning) => /The outbox cannot .*not a database/.test(warning)))
    throw new Error(`It does not say so: ${warnings}`);
});

test("keeps what Intercom has rejected as dead letters, without the token", async (path) => {
  await emulator.fault({ status: 422, body: { type: "error.list", errors: [{ code: "x", message: "no" }] } });
  const { client } = start(denoKvOutbox({ path }));
  assertEqual((await client.track(event(1))).status, "rejected");
  await client.close();
  const outbox = denoKvOutbox({ path });
  const letters = [];
  for await (const letter of outbox.deadLetters()) letters.push(letter);
  assertEqual(
    letters.map(({ record, outcome }) => [JSON.parse(record.body).user_id, outcome.status]),
    [["user-1", "rejected"]],
  );
  if (Deno.inspect(letters, { depth: 10 }).includes("distinctive-token"))
    throw new Error("The token is told");
  await outbox.close();
});

test("leaves what a program that ends could not deliver to the next one", async (path) => {
  await emulator.fault({ status: 503 });
  const program = startProgram(
    `
      import { createClient, denoKvOutbox } from "../src/index.ts";
      const client = createClient({
        token: "token",
        baseUrl: "${emulator.url}",
        outbox: denoKvOutbox({ path: ${JSON.stringify(path)} }),
        exitTimeout: 200,
      });
      client.track({ userId: "user-1", eventName: "logged-in" });
    `,
    "--unstable-kv",
    `--allow-net=${new URL(emulator.url).host}`,
    `--allow-read=${path}`,
    `--allow-write=${path}`,
  );
  assertEqual((await program.ended).status, 0);
  const outbox = denoKvOutbox({ path });
  assertEqual((await outbox.counts()).events, 1);
  await outbox.close();
});
