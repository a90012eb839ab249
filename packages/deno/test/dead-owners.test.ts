import { DatabaseSync } from "node:sqlite";
import { assertEqual } from "../../core/tests/assert-equal.ts";
import { createClient, denoKvOutbox } from "../src/index.ts";
import { beginKvOwner } from "../src/kv-owner.ts";
import { startEmulator } from "./start-emulator.ts";
import { type RunningProgram, startProgram } from "./start-program.ts";

const EVENTS = 120;
const folder = Deno.makeTempDirSync({ prefix: "dead-owners-" });
const emulator = await startEmulator();
let files = 0;
Deno.test.afterAll(async () => {
  await emulator.stop();
  Deno.removeSync(folder, { recursive: true });
});

/** A folder of its own for a store. */
function newPath(): string {
  files += 1;
  Deno.mkdirSync(`${folder}/${files}`);
  return `${folder}/${files}/events.kv`;
}

/** A program that has leased all events of a store, and lives until it is killed. */
async function startHolder(path: string, ...flags: readonly string[]): Promise<RunningProgram> {
  await emulator.fault({ status: 503, headers: { "retry-after": "20" } });
  const program = startProgram(
    `
      import { createClient, denoKvOutbox } from "../src/index.ts";
      const outbox = denoKvOutbox({ path: ${JSON.stringify(path)} });
      const client = createClient({ token: "token", baseUrl: ${JSON.stringify(emulator.url)}, outbox, warn() {} });
      const receipts = Array.from({ length: ${EVENTS} }, (_, number) =>
        client.track({ userId: ${JSON.stringify(path)} + number, eventName: "logged-in" }));
      await Promise.all(receipts.map(({ stored }) => stored));
      console.log("stored");
      setInterval(() => {}, 1000);
    `,
    "--unstable-kv",
    "--allow-net",
    ...flags,
  );
  await program.said("stored");
  await emulator.fault();
  return program;
}

async function kill(program: RunningProgram): Promise<void> {
  program.kill("SIGKILL");
  await program.ended;
}

const arrivedOf = async (path: string): Promise<number> =>
  (await emulator.events()).filter(({ user_id }) => user_id.startsWith(path)).length;

const ownersOf = (path: string): string[] =>
  [...Deno.readDirSync(path.replace(/[^/]*$/, ""))]
    .map(({ name }) => name)
    .filter((name) => name.includes("-owner-"));

/** How many events a new outbox may have at once. */
async function leasableIn(path: string): Promise<number> {
  const outbox = denoKvOutbox({ path });
  const now = Date.now() + 25_000; // Later than the events are due, and before leases run out.
  const { length } = await outbox.lease({ limit: 1000, now, until: now + 1000 });
  await outbox.close();
  return length;
}

Deno.test("a program that only flushes and closes delivers what a killed one has left, at once", async () => {
  const path = newPath();
  await kill(await startHolder(path, `--allow-read=${folder}`, `--allow-write=${folder}`));
  assertEqual(ownersOf(path).length, 1, "The killed one's file is there");
  const client = createClient({ token: "token", baseUrl: emulator.url, outbox: denoKvOutbox({ path }) });
  // What had been sent before is due later, and sooner than others may have its lease.
  for (const deadline = Date.now() + 25_000; Date.now() < deadline && (await arrivedOf(path)) < EVENTS; )
    await client.flush({ timeout: 1000 });
  await client.close();
  assertEqual(await arrivedOf(path), EVENTS);
  assertEqual(ownersOf(path), [], "No file of an owner is left");
});

Deno.test("what a living program has leased stays its own, also while it is stopped", async () => {
  const path = newPath();
  const program = await startHolder(path, `--allow-read=${folder}`, `--allow-write=${folder}`);
  if (Deno.build.os !== "windows") program.kill("SIGSTOP");
  assertEqual(await leasableIn(path), 0);
  assertEqual(ownersOf(path).length, 1, "Its file is there");
  await kill(program);
  assertEqual(await leasableIn(path), EVENTS);
});

Deno.test("an outbox frees nothing of another in the same program", async () => {
  const path = newPath();
  const [one, other] = [denoKvOutbox({ path }), denoKvOutbox({ path })];
  const record = { body: "{}", trackedAt: 0, attempts: 0, failures: 0, dueAt: 0 };
  await one.append([{ id: "a", ...record }], Date.now() + 30_000);
  const request = { limit: 9, now: Date.now(), until: Date.now() + 1000 };
  assertEqual(await other.lease(request), []);
  assertEqual(ownersOf(path).length, 2, "Each has a file");
  await one.close();
  assertEqual((await other.lease(request)).length, 1);
  await other.close();
  assertEqual(ownersOf(path), []);
});

Deno.test("without permission for the folder it works, and leases run out as before", async () => {
  const path = newPath();
  await kill(await startHolder(path, `--allow-read=${path}`, `--allow-write=${path}`));
  assertEqual(ownersOf(path), []);
  assertEqual(await leasableIn(path), 0);
});

Deno.test("a file that only looks like one of an owner is left alone", async () => {
  const path = newPath();
  const other = `${path}-owner-notes.txt`;
  Deno.writeTextFileSync(other, "mine");
  await leasableIn(path);
  assertEqual(Deno.readTextFileSync(other), "mine");
});

Deno.test("what an outbox could not give back when it was closed is free at once", async () => {
  const path = newPath();
  const outbox = denoKvOutbox({ path, busyTimeout: 0 });
  const record = { body: "{}", trackedAt: 0, attempts: 0, failures: 0, dueAt: 0 };
  await outbox.append([{ id: "a", ...record }], Date.now() + 30_000);
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  await outbox.close();
  other.close();
  assertEqual(await leasableIn(path), 1);
  assertEqual(ownersOf(path), []);
});

Deno.test("where files cannot be locked, none is left", async () => {
  const path = newPath();
  const { prototype } = Deno.FsFile;
  const { tryLockSync } = prototype;
  prototype.tryLockSync = () => {
    throw new Error("Not supported");
  };
  try {
    assertEqual(await leasableIn(path), 0);
  } finally {
    prototype.tryLockSync = tryLockSync;
  }
  assertEqual(ownersOf(path), []);
});

Deno.test("takes another file if somebody has deleted its own before it was locked", () => {
  const path = newPath();
  const { prototype } = Deno.FsFile;
  const { tryLockSync } = prototype;
  let deleted = "";
  prototype.tryLockSync = function (exclusive) {
    if (deleted === "") {
      [deleted = ""] = ownersOf(path);
      Deno.removeSync(path.replace(/[^/]*$/, deleted)); // As whoever takes it for the file of a dead one does.
    }
    return tryLockSync.call(this, exclusive);
  };
  try {
    const owner = beginKvOwner(path);
    assertEqual(ownersOf(path), [`events.kv-owner-${owner.id}`]);
    assertEqual(deleted.endsWith(owner.id), false);
    owner.end(false);
  } finally {
    prototype.tryLockSync = tryLockSync;
  }
  assertEqual(ownersOf(path), []);
});
