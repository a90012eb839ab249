import { writeSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { createClient } from "../src/create-client.ts";
import { sqliteOutbox } from "../src/sqlite-outbox.ts";

/** Tracks events as fast as it can until it is killed, and says of which it was told that they are stored. */
const [path = "", baseUrl, sync, name] = process.argv.slice(2);
const client = createClient({
  token: "token",
  baseUrl,
  outbox: sqliteOutbox({ path, sync: sync as "full" | "normal" }),
  retry: { baseDelay: 20 },
  warn: (message) => writeSync(2, `${message}\n`),
});

for (let number = 0; ; number += 1) {
  const userId = `${name}-${number}`;
  const { stored } = client.track({ userId, eventName: "crashed", metadata: { number } });
  stored.then((isStored) => isStored && writeSync(1, `${userId}\n`));
  // In turn, some of one tick and some awaited one by one.
  if (number % 300 > 280) await stored;
  else if (number % 20 === 0) await setImmediate();
}
