export type { ContactInput } from "./contact.ts";
export { createEmulator, type Emulator } from "./create-emulator.ts";
export type { EmulatorStats } from "./emulator-state.ts";
export type { Fault, ResetPoint } from "./fault.ts";
export type { EmulatorOptions, Scope, TokenGrant } from "./options.ts";
export type { RecordedRequest, RequestCounts, RequestResult } from "./request-log.ts";
export type { StoredEvent, StoredMetadata } from "./stored-event.ts";
