import type { components } from "./generated/relay.ts";

/** A batch of events that a page hands to its relay (`spec/relay.yaml`). */
export type RelayRequest = components["schemas"]["RelayRequest"];

/** An event of a page without its contact, whom the relay knows (`spec/relay.yaml`). */
export type RelayEvent = components["schemas"]["RelayEvent"];

/** What a relay answers, event by event (`spec/relay.yaml`). */
export type RelayReply = components["schemas"]["RelayReply"];

/** How one event of a batch fared (`spec/relay.yaml`). */
export type RelayResult = components["schemas"]["RelayResult"];

/** Why a relay has read no event of a request (`spec/relay.yaml`). */
export type RelayError = components["schemas"]["RelayError"];
