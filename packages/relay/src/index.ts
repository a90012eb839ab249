/**
 * The endpoint of your own site that takes the events of its pages, names the contact and hands them on.
 *
 * @example
 * const relay = createRelay({ client, identify: (request) => contactOf(request), events: ["viewed-pricing"] });
 * export const POST = (request: Request) => relay.fetch(request);
 * @module @intercom-events/relay
 */
export type { Clock, Contact, Receipt } from "@intercom-events/core";
export { createRelay, type Relay } from "./create-relay.ts";
export type { MetadataSchema, SchemaAnswer } from "./metadata-schema.ts";
export type {
  AllowedEvents,
  Caller,
  Identify,
  RateOptions,
  RelayClient,
  RelayOptions,
  RelayTask,
} from "./relay-options.ts";
export { type SignedIdentityOptions, signedIdentity } from "./signed-identity.ts";
export type { Claims } from "./signed-token.ts";
