import type { Clock } from "./clock.ts";
import type { DiagnosticChannel } from "./diagnostics.ts";
import type { DeliveryChoices } from "./resolve-delivery.ts";
import type { Token } from "./token.ts";
import type { Transport } from "./transport.ts";

/** Where Intercom keeps a workspace's data. */
export type Region = "us" | "eu" | "au";

/** What every runtime's `createClient` takes. */
export interface ClientOptions extends DeliveryChoices {
  /**
   * Access token with the scopes "Write events" and, to read, "Read events"; or a function that
   * returns the current one, called for each request. It belongs on a server.
   */
  readonly token: Token;
  /** The region of the workspace. @default "us" */
  readonly region?: Region | undefined;
  /** Address to call in place of the region's, whatever that is; `https:` unless it is a loopback address. */
  readonly baseUrl?: string | undefined;
  /** Version of Intercom's API, sent as `Intercom-Version`. @default "2.14" */
  readonly apiVersion?: string | undefined;
  /** Milliseconds one call may take, reply included. @default 30000 */
  readonly timeout?: number | undefined;
  /**
   * Events being sent at the same time at most; fewer while the server is slow or fails. To use up an allowance of 1,667
   * calls in ten seconds takes one for each 6 ms that a reply needs. @default 64
   */
  readonly concurrency?: number | undefined;
  /** Metadata keys that Intercom tracks, before a warning names the others. @default 10 */
  readonly metadataKeys?: number | undefined;
  /** Allows a client, and so an access token, inside a page. Anyone who opens the page can read it. @default false */
  readonly allowBrowser?: boolean | undefined;
  /** Called once for each kind of loss and warning that nobody listens for. @default console.warn */
  readonly warn?: ((message: string) => void) | undefined;
}

/** What core's `createClient` takes: the options, and what a runtime puts in. */
export interface CoreClientOptions extends ClientOptions {
  /** Sends one request; see {@link Transport}. */
  readonly transport: Transport;
  /** Ends what the transport holds; called once, when the client is closed. */
  readonly release?: (() => void | Promise<void>) | undefined;
  /** Time. @default the machine's */
  readonly clock?: Clock | undefined;
  /** Numbers that are at least 0 and less than 1, for jitter. @default Math.random */
  readonly random?: (() => number) | undefined;
  /** Where to publish what happens, besides listeners; see {@link DiagnosticChannel}. */
  readonly channel?: ((name: string) => DiagnosticChannel) | undefined;
  /**
   * Called once for each kind of loss and warning that nobody listens for. Core has no console: give it one, as in
   * `warn: console.warn`, or losses are told to listeners alone. @default none
   */
  readonly warn?: ((message: string) => void) | undefined;
  /** Names the runtime's package to Intercom. @default "intercom-events" */
  readonly userAgent?: string | undefined;
  /**
   * Names of options that the runtime's package takes besides {@link ClientOptions}. The error for a mistyped option
   * lists them, in place of those that a runtime puts in.
   */
  readonly runtimeOptions?: readonly string[] | undefined;
}
