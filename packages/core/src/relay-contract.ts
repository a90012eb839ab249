import type { components } from "./generated/relay.ts";

type Schemas = components["schemas"];

/** A batch of events that a page hands to its relay (`spec/relay.yaml`). */
export type RelayRequest = Schemas["RelayRequest"];

/** An event of a page without its contact, whom the relay knows (`spec/relay.yaml`). */
export type RelayEvent = Schemas["RelayEvent"];

/** What a relay answers, event by event (`spec/relay.yaml`). */
export type RelayReply = Schemas["RelayReply"];

/** How one event of a batch fared (`spec/relay.yaml`). */
export type RelayResult = Schemas["RelayResult"];

/** Why a relay has read no event of a request (`spec/relay.yaml`). */
export type RelayError = Schemas["RelayError"];
