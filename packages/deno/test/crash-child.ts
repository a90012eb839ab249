import { useUntilKilled } from "../../core/tests/outbox-crash.ts";
import { denoKvOutbox } from "../src/deno-kv-outbox.ts";

/** Uses an outbox as a client does, until it is killed, and says what it was told. */
const [path, process] = Deno.args;
const encoder = new TextEncoder();
await useUntilKilled(denoKvOutbox({ path }), Number(process), (line) => {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
});
