import type { Fault } from "../../src/fault.ts";
import type { PlannedFault } from "../../src/fault-plan.ts";

/** The faults to set so that those that are set go on as they are. What is used up is left out. */
export function remainingFaults(faults: readonly PlannedFault[]): Fault[] {
  return faults
    .filter(({ left = 1 }) => left > 0)
    .map(({ left, ...fault }) => ({ ...fault, ...(left !== undefined && { times: left }) }));
}

/** What a fault does, in a few words. */
export function describeFault(fault: PlannedFault): string {
  const { status, body, headers, removeHeaders, delayMs, cutBody, reset } = fault;
  const deeds = [
    status !== undefined && `answer ${status}`,
    body !== undefined && "with a body of its own",
    Object.keys(headers).length > 0 && `with header ${Object.keys(headers).join(", ")}`,
    removeHeaders.length > 0 && `without header ${removeHeaders.join(", ")}`,
    delayMs !== undefined && `hold back ${delayMs} ms`,
    cutBody !== undefined && `cut the body to ${cutBody} bytes`,
    reset !== undefined && `reset the connection ${resetTexts[reset]}`,
  ].filter(Boolean);
  return deeds.join(", ") || "nothing";
}

const resetTexts = {
  before: "before anything is done",
  inside: "inside the reply",
  after: "after the event is stored",
} as const;

/** Which requests a fault meets. */
export function describeScope(fault: PlannedFault): string {
  const { method, path, contact, probability, left } = fault;
  if (left === 0) return "used up";
  const scope = [
    left === undefined ? "every request" : `the next ${left === 1 ? "request" : `${left} requests`}`,
    (method || path) && `to ${[method, path].filter(Boolean).join(" ")}`,
    contact &&
      `of ${Object.entries(contact)
        .map(([kind, value]) => `${kind} ${value}`)
        .join(", ")}`,
    probability !== undefined && probability < 1 && `with probability ${probability}`,
  ].filter(Boolean);
  return scope.join(" ");
}
