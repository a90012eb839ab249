import { fileURLToPath } from "node:url";
import { assertEqual } from "../../core/tests/assert-equal.ts";
import { createClient, denoKvOutbox } from "../src/index.ts";
import { startEmulator } from "./start-emulator.ts";

/** Files, and processes that use each until they are killed, one after the other. */
const FILES = 4;
const PROCESSES = 6;
/** Milliseconds a process lives at most once it has been told that an event is stored. */
const LIFE = 800;
/** Milliseconds to wait at most for what dead processes have leased. */
const PATIENCE = 90_000;

const folder = Deno.makeTempDirSync({ prefix: "client-crash-" });
const emulator = await startEmulator();
Deno.test.afterAll(async () => {
  await emulator.stop();
  Deno.removeSync(folder, { recursive: true });
});

/** Runs a process, kills it at a random moment, and answers whose events it was told are stored. */
async function runAndKill(path: string, name: string): Promise<string[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      "--quiet",
      "--unstable-kv",
      `--allow-net=${new URL(emulator.url).host}`,
      `--allow-read=${path}`,
      `--allow-write=${path}`,
      fileURLToPath(new URL("client-crash-child.ts", import.meta.url)),
      emulator.url,
      path,
      name,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const limit = setTimeout(() => child.kill("SIGKILL"), 30_000);
  let output = "";
  let kill: ReturnType<typeof setTimeout> | undefined;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    kill ??= setTimeout(() => child.kill("SIGKILL"), Math.random() * LIFE);
  }
  const { signal } = await child.status;
  clearTimeout(limit);
  clearTimeout(kill);
  if (signal !== "SIGKILL") throw new Error(`The process ended by itself: ${output.slice(-200)}`);
  const acknowledged = output.split("\n").slice(0, -1); // The last line may have been cut off.
  if (acknowledged.length === 0) throw new Error("The process was never told that an event is stored");
  return acknowledged;
}

async function runAll(file: number): Promise<string[]> {
  const all: string[] = [];
  for (let process = 0; process < PROCESSES; process += 1)
    all.push(...(await runAndKill(pathOf(file), `${file}-${process}`)));
  return all;
}

/** What the processes meet at Intercom, in turn: an outage, and replies that are lost after the work. */
const WEATHER = [undefined, { status: 503 }, undefined, { reset: "after" }];

/** Changes the weather until it is told to stop; it is fine then. */
function changeWeather(): () => Promise<void> {
  let isOver = false;
  async function change(): Promise<void> {
    for (let turn = 0; !isOver; turn += 1) {
      await emulator.fault(WEATHER[turn % WEATHER.length]);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    await emulator.fault();
  }
  const changing = change();
  return () => {
    isOver = true;
    return changing;
  };
}

/** Delivers what the processes have left, once their leases have run out; answers how much that was. */
async function drain(file: number): Promise<number> {
  const outbox = denoKvOutbox({ path: pathOf(file) });
  const left = (await outbox.counts()).events;
  await using client = createClient({ token: "token", baseUrl: emulator.url, outbox });
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; ) {
    await client.flush({ timeout: 1000 });
    if ((await outbox.counts()).events === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const { events, deadLetters } = await outbox.counts();
  assertEqual({ events, deadLetters }, { events: 0, deadLetters: 0 }, "Some events never ended");
  return left;
}

const pathOf = (file: number): string => `${folder}/${file}.kv`;

Deno.test(`a client with an outbox delivers each acknowledged event once, through ${FILES * PROCESSES} SIGKILLs`, async () => {
  const files = Array.from({ length: FILES }, (_, file) => file);
  const stop = changeWeather();
  const acknowledged = (await Promise.all(files.map(runAll)).finally(stop)).flat();
  const left = (await Promise.all(files.map(drain))).reduce((sum, events) => sum + events, 0);
  const times = new Map<string, number>();
  for (const { user_id } of await emulator.events()) times.set(user_id, (times.get(user_id) ?? 0) + 1);
  const wrong = acknowledged.filter((user) => times.get(user) !== 1);
  assertEqual(wrong, [], "Some acknowledged events are not there once");
  const twice = [...times].filter(([, count]) => count > 1);
  assertEqual(twice, [], "Some events are there more than once");
  console.info(
    `${FILES * PROCESSES} processes killed, ${acknowledged.length} events acknowledged, ${left} left to the last clients, ${times.size} stored`,
  );
});
