import type { RelayReply } from "@intercom-events/core";
import {
  createEmulator,
  type Emulator,
  type EmulatorOptions,
  type StoredEvent,
} from "@intercom-events/emulator";
import { type Client, createClient, type NodeClientOptions } from "@intercom-events/node";
import { onTestFinished } from "vitest";
import { createRelay, type Relay, type RelayOptions } from "../src/index.ts";
import { identifyByCookie } from "./identify-by-cookie.ts";

/** The address of the relay in tests that use no server. */
export const URL_OF_RELAY = "https://shop.example/intercom/events";
export const ORIGIN = "https://shop.example";

/** A relay with a real client, and the emulator behind it. */
export interface StartedRelay {
  readonly relay: Relay;
  readonly client: Client;
  readonly emulator: Emulator;
  /** What the relay has told the program. */
  readonly errors: { readonly error: unknown; readonly task: string }[];
  /** What Intercom holds, once all is delivered. */
  stored(): Promise<readonly StoredEvent[]>;
  stop(): Promise<void>;
}

/** Starts an emulator, a client of it, and a relay of that which allows any event. */
export async function startRelay(
  options: Partial<RelayOptions> = {},
  clientOptions: Partial<NodeClientOptions> = {},
  emulatorOptions: EmulatorOptions = {},
): Promise<StartedRelay> {
  const emulator = createEmulator({ rateLimit: 1_000_000, retainRequests: 100_000, ...emulatorOptions });
  const { url } = await emulator.listen();
  const client = createClient({ token: "token", baseUrl: url, warn: () => undefined, ...clientOptions });
  const errors: { error: unknown; task: string }[] = [];
  const relay = createRelay({
    client,
    identify: identifyByCookie,
    events: "any",
    onError: (error, task) => errors.push({ error, task }),
    ...options,
  });
  return {
    relay,
    client,
    emulator,
    errors,
    async stored() {
      await client.flush();
      return emulator.events();
    },
    async stop() {
      await client.close({ timeout: 0 });
      await emulator.close();
    },
  };
}

/** {@link startRelay} for one test, with which it is stopped. */
export async function start(...given: Parameters<typeof startRelay>): Promise<StartedRelay> {
  const started = await startRelay(...given);
  onTestFinished(started.stop);
  return started;
}

/** Unix seconds of now. */
export const seconds = (): number => Math.floor(Date.now() / 1000);

/** An event of now. */
export function event(event_name = "viewed-pricing", more: object = {}): object {
  return { event_name, created_at: seconds(), ...more };
}

/** A request as a page of the same origin sends it, of the user `314159`. @param body text, or what becomes JSON */
export function request(
  body: unknown,
  headers: Record<string, string | undefined> = {},
  init: RequestInit = {},
): Request {
  const all: Record<string, string | undefined> = {
    origin: ORIGIN,
    "content-type": "text/plain;charset=UTF-8",
    cookie: "user=314159",
    ...headers,
  };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new Request(URL_OF_RELAY, {
    method: "POST",
    body: typeof body === "string" || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
    headers: given,
    ...init,
  });
}

/** The results of a reply. */
export async function resultsOf(reply: Response): Promise<RelayReply["results"]> {
  if (reply.status !== 200) throw new Error(`${reply.status} ${await reply.text()}`);
  return ((await reply.json()) as RelayReply).results;
}

/** A function of the site that does not work. */
export function fail(): never {
  throw new Error("a schema that fails");
}
