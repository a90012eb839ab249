import { createClient, denoKvOutbox } from "../src/index.ts";

/** Events tracked before the outbox has said that it holds the ones before. */
const BATCH = 20;

const [url, path, name] = Deno.args;
const encoder = new TextEncoder();
const client = createClient({
  token: "token",
  baseUrl: url,
  outbox: denoKvOutbox({ path }),
  retry: { baseDelay: 100, maxDelay: 1000, attempts: 100 },
});

/** Tracks an event, and tells the parent once it is said to be stored. */
async function track(number: number): Promise<void> {
  const { stored } = client.track({ userId: `${name}-${number}`, eventName: "logged-in" });
  if (await stored) Deno.stdout.writeSync(encoder.encode(`${name}-${number}\n`));
}

for (let first = 0; ; first += BATCH)
  await Promise.all(Array.from({ length: BATCH }, (_, index) => track(first + index)));
