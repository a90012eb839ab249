import { setImmediate } from "node:timers/promises";
import type { Client, ClientStats, CoreClientOptions } from "../src/index.ts";
import { createClient } from "../src/index.ts";
import { type FakeClock, fakeClock } from "./fake-clock.ts";
import { type ScriptedTransport, type SentRequest, scriptedTransport } from "./scripted-transport.ts";

/** The access token of the clients under test. */
export const TOKEN = "dG9rOmNvcmVfdGVzdHM=";

/** A contact and a name, which is all an event must have. */
export const EVENT = { userId: "314159", eventName: "logged-in" } as const;

/** Has each event end with its first attempt, for tests that are not about the next one. */
const ONE_ATTEMPT = { attempts: 1, holdContact: 0 } as const;

let contacts = 0;

/** The same event of a contact that had none, as two of one contact in the same second need a look. */
export function anotherEvent(): { userId: string; eventName: "logged-in" } {
  contacts += 1;
  return { ...EVENT, userId: `contact-${contacts}` };
}

/** A client, and the time and the Intercom it lives in. */
export interface Started {
  readonly client: Client;
  readonly clock: FakeClock;
  readonly intercom: ScriptedTransport;
  /** What was warned of, in order. */
  readonly warnings: string[];
}

/** A client in a time that stands still, with an Intercom that says what the test says. */
export function startClient(
  options: Partial<CoreClientOptions> = {},
  onRequest?: (request: SentRequest) => void,
): Started {
  const clock = fakeClock();
  const intercom = scriptedTransport(onRequest);
  const warnings: string[] = [];
  const client = createClient({
    token: TOKEN,
    transport: intercom.send,
    clock,
    warn: (message) => warnings.push(message),
    random: () => 0.5,
    retry: ONE_ATTEMPT,
    ...options,
  });
  return { client, clock, intercom, warnings };
}

/** Lets everything happen that needs no more time and no more replies. */
export async function turn(): Promise<void> {
  await setImmediate();
}

/** How many events the counts do not account for; never anything but 0. */
export function unaccounted(stats: ClientStats): number {
  const { tracked, accepted, duplicate, rejected, invalid, dropped, pending } = stats;
  return tracked - accepted - duplicate - rejected - invalid - dropped - pending;
}
