import { sqliteOutbox } from "../src/sqlite-outbox.ts";

/** Leases all that is free in a file, for half a minute, says how many those are, and lives on. */
const [path = ""] = process.argv.slice(2);
const outbox = sqliteOutbox({ path });
const now = Date.now();
const leased = await outbox.lease({ limit: 1000, now, until: now + 30_000 });
console.log(`leased ${leased.length}`);
setInterval(() => outbox, 1000); // Nothing else would keep it alive, and the outbox from being collected.
