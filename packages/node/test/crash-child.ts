import { writeSync } from "node:fs";
import { useUntilKilled } from "../../core/tests/outbox-crash.ts";
import { sqliteOutbox } from "../src/sqlite-outbox.ts";

/** Uses an outbox as a client does, until it is killed, and says what it was told. */
const [path = "", sync, process_] = process.argv.slice(2);
const outbox = sqliteOutbox({ path, sync: sync as "full" | "normal" });
await useUntilKilled(outbox, Number(process_), (line) => writeSync(1, `${line}\n`));
