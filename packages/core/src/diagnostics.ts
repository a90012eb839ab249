import type { ClientEvents } from "./client.ts";
import type { WireEvent } from "./event.ts";

/** What is published besides what listeners are told. */
export interface DiagnosticEvents extends ClientEvents {
  /** An event was taken from `track`. */
  tracked: { readonly event: WireEvent };
  /** The outbox holds an event. */
  stored: { readonly event: WireEvent };
  /** An event is being sent, for the `attempts`th time. */
  attempt: { readonly event: WireEvent; readonly attempts: number };
}

/** Where messages go of one name; the channels of Node's `node:diagnostics_channel` are such. */
export interface DiagnosticChannel {
  /** Whether anybody wants them. */
  readonly hasSubscribers: boolean;
  /** Tells them. What it throws harms nobody, and is warned of once. */
  publish(message: unknown): void;
}
