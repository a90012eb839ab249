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

/** A channel for messages of one name, such as those of Node's `node:diagnostics_channel`. */
export interface DiagnosticChannel {
  /** Whether anybody listens; if not, no message is made. */
  readonly hasSubscribers: boolean;
  /** Publishes a message. What it throws is warned of once, and changes nothing else. */
  publish(message: unknown): void;
}
