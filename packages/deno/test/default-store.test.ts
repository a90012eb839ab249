import { assertEqual } from "../../core/tests/assert-equal.ts";
import { startProgram } from "./start-program.ts";

const folder = Deno.makeTempDirSync({ prefix: "default-store-" });
Deno.env.set("DENO_DIR", folder); // Where Deno keeps the stores of programs that name no file.
Deno.test.afterAll(() => Deno.removeSync(folder, { recursive: true }));

/** Keeps an event more in the store that Deno has for the program. */
const KEEP = `
  import { denoKvOutbox } from "${new URL("../src/index.ts", import.meta.url)}";
  const outbox = denoKvOutbox();
  const event = { body: "{}", trackedAt: 0, attempts: 0, failures: 0, dueAt: 0 };
  try {
    await outbox.append([{ id: crypto.randomUUID(), ...event }]);
    console.log((await outbox.counts()).events);
  } catch ({ code, message }) {
    console.log(code, message);
  }
  await outbox.close();
`;

Deno.test("without a path an outbox in Deno KV finds again what it has kept", async () => {
  for (const output of ["1\n", "2\n"]) {
    const { ended } = startProgram(KEEP, "--unstable-kv");
    assertEqual(await ended, { status: 0, signal: null, output, errors: "" });
  }
});

Deno.test("without a path an outbox in Deno KV refuses a store that Deno has in memory alone", async () => {
  // That is so in a Worker, and in programs that older releases of Deno have compiled.
  const { ended } = startProgram(
    `
      const module = new Blob([${JSON.stringify(`${KEEP} postMessage("done");`)}], { type: "text/javascript" });
      const worker = new Worker(URL.createObjectURL(module), { type: "module" });
      worker.onmessage = () => worker.terminate();
    `,
    "--unstable-kv",
    "--allow-read",
  );
  const output =
    'unsupported Cannot open outbox: Deno has only a store in memory for this program; give the "path" of a file\n';
  assertEqual(await ended, { status: 0, signal: null, output, errors: "" });
});
