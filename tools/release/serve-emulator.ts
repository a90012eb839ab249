import { deepStrictEqual } from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { CheckEvents } from "./try-consumer.ts";

/** An emulator as it was published, which consumers send their events to. */
export interface ServedEmulator extends Disposable {
  readonly url: string;
  readonly checkEvents: CheckEvents;
}

/** What every consumer sends, as Intercom stores it. */
const METADATA = {
  order_date: 1_392_036_272,
  price: { amount: 34_999, currency: "eur" },
  order_number: { url: "https://example.org/orders/3434", value: "3434" },
  gift: true,
};

/** Starts the command of the emulator that is installed in a folder. @throws {Error} if it says no address */
export async function serveEmulator(folder: string, env: NodeJS.ProcessEnv): Promise<ServedEmulator> {
  const child = spawn(join(folder, "node_modules/.bin/intercom-events-emulator"), ["--port", "0"], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.on("error", reject);
  child.on("exit", (status) => reject(new Error(`The emulator ended with ${status}`)));
  createInterface(child.stdout).on("line", (line) => {
    const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (address !== undefined) resolve(address);
  });
  const timer = setTimeout(() => reject(new Error("The emulator did not say where it listens")), 20_000);
  try {
    const url = await promise;
    return {
      url,
      checkEvents: (userId, modules) => checkEvents(url, userId, modules),
      [Symbol.dispose]: () => child.kill("SIGKILL"),
    };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function checkEvents(url: string, userId: string, modules: readonly string[]): Promise<void> {
  const reply = await fetch(`${url}/_emulator/events`);
  const stored = ((await reply.json()) as Record<string, unknown>[])
    .filter((event) => event.user_id === userId)
    .map(({ event_name, metadata }) => ({ event_name, metadata }));
  const expected = modules.map((name) => ({ event_name: `from-${name}`, metadata: METADATA }));
  deepStrictEqual(stored, expected, `Intercom does not hold what ${userId} sent:\n${JSON.stringify(stored)}`);
}
