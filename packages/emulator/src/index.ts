/**
 * Intercom's side of data events, for tests and local development.
 *
 * @example
 * const emulator = createEmulator();
 * const { url } = await emulator.listen();
 * await emulator.waitForEvent({ eventName: "placed-order" });
 * @module @intercom-events/emulator
 */
export type { Change, CountedRequest } from "./change.ts";
export type { ClockState, EmulatorClock } from "./clock.ts";
export type { Contact, ContactInput, Identities, KnownContact, Role } from "./contact.ts";
export { createEmulator } from "./create-emulator.ts";
export type { Emulator } from "./emulator.ts";
export type { EmulatorStats } from "./emulator-state.ts";
export type { EventCount, SeededCount } from "./event-history.ts";
export type { EventName } from "./event-names.ts";
export type { ActiveFault, Fault, ResetPoint } from "./fault.ts";
export type { PlannedFault } from "./fault-plan.ts";
export type { ImportResult, Pieces } from "./import-export.ts";
export type { EventMatch } from "./match-event.ts";
export type { RequestMatch } from "./match-request.ts";
export type { EmulatorOptions, Scope, TokenGrant } from "./options.ts";
export type { RateTicket, RateWindow } from "./rate-window.ts";
export type { RecordedRequest, RequestCounts, RequestResult } from "./request-log.ts";
export type { StoredEvent, StoredMetadata } from "./stored-event.ts";
export type { WaitOptions } from "./wait-for-event.ts";
