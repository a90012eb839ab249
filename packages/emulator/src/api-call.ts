import type { Workspace } from "./emulator-state.ts";
import type { Policy, Scope } from "./options.ts";
import type { PlainReply, PlainRequest } from "./plain-message.ts";
import type { Refusal } from "./refusal.ts";
import type { RequestResult } from "./request-log.ts";

/** A request that may use its endpoint. */
export interface ApiCall {
  readonly request: PlainRequest;
  readonly workspace: Workspace;
  readonly policy: Policy;
}

/** A reply, and what it means. */
export interface Served {
  readonly reply: PlainReply;
  readonly result: RequestResult;
  readonly reason?: string;
  /** The field it was refused for. */
  readonly field?: string;
}

/** An endpoint of Intercom's API. */
export interface Endpoint {
  readonly scope: Scope;
  readonly serve: (call: ApiCall) => Served | Refusal;
}
