import { assertKept, createLedger, enter } from "../../core/tests/outbox-crash.ts";
import { denoKvOutbox } from "../src/deno-kv-outbox.ts";

/** Files, and processes that use each until they are killed, one after the other. */
const FILES = 4;
const PROCESSES = 3;

const folder = Deno.makeTempDirSync({ prefix: "outbox-crash-" });
Deno.test.afterAll(() => Deno.removeSync(folder, { recursive: true }));

/** Runs a process and kills it at a random moment after it has said something. */
async function runAndKill(path: string, number: number): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      "--quiet",
      "--unstable-kv",
      new URL("crash-child.ts", import.meta.url).href,
      path,
      String(number),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let output = "";
  let killing: Promise<void> | undefined;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    killing ??= new Promise((resolve) =>
      setTimeout(() => {
        child.kill("SIGKILL");
        resolve();
      }, Math.random() * 300),
    );
  }
  await killing;
  const { signal } = await child.status;
  if (signal !== "SIGKILL") throw new Error(`The process ended by itself: ${output.slice(-200)}`);
  return output;
}

Deno.test(`the outbox in Deno KV loses nothing it has kept to ${FILES * PROCESSES} SIGKILLs`, async () => {
  let [lines, found] = [0, 0];
  for (let file = 0; file < FILES; file += 1) {
    const ledger = createLedger();
    const path = `${folder}/${file}.kv`;
    for (let number = 0; number < PROCESSES; number += 1) {
      lines += enter(ledger, await runAndKill(path, number));
      const outbox = denoKvOutbox({ path });
      found = await assertKept(outbox, ledger, true);
      await outbox.close();
    }
  }
  console.info(
    `${FILES * PROCESSES} processes killed, ${lines} lines acknowledged, ${found} records in the last file`,
  );
});
