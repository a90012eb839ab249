import { foldName } from "@intercom-events/core";
import { AN_OBJECT, check } from "./check-options.ts";
import type { MetadataSchema } from "./metadata-schema.ts";
import type { AllowedEvents } from "./relay-options.ts";

/** An event that may be sent: under which name, and what checks its metadata. */
export interface AllowedEvent {
  readonly eventName: string;
  readonly schema: MetadataSchema | undefined;
}

/** The event that a name stands for, if it may be sent. */
export type EventPolicy = (eventName: string) => AllowedEvent | undefined;

/** Makes a policy of the option. @param task for messages @throws {TypeError} naming what is wrong */
export function resolveEvents(task: string, events: AllowedEvents): EventPolicy {
  if (events === "any") return (eventName) => ({ eventName, schema: undefined });
  const allowed = new Map<string, AllowedEvent>();
  for (const [eventName, schema, path] of entriesOf(events)) {
    check(task, path, eventName, A_NAME);
    check(task, path, schema, A_SCHEMA);
    check(task, path, allowed.get(foldName(eventName)), {
      ...ONE_NAME,
      fits: (other) => other === undefined,
    });
    allowed.set(foldName(eventName), { eventName, schema: schema === true ? undefined : schema });
  }
  return (eventName) => allowed.get(foldName(eventName));
}

const A_NAME = {
  expected: "a name of 1 to 255 characters",
  fits: (value: unknown) => typeof value === "string" && value.trim() !== "" && value.length <= 255,
};
const A_SCHEMA = {
  expected: "true, or a Standard Schema such as Zod and Valibot make them",
  fits: (value: unknown) => value === true || isSchema(value),
};
const ONE_NAME = { expected: "a name that Intercom does not take for another one of the list" };

function entriesOf(
  events: Exclude<AllowedEvents, "any">,
): [eventName: string, schema: MetadataSchema | true, path: string][] {
  if (Array.isArray(events)) return events.map((eventName, index) => [eventName, true, `events[${index}]`]);
  return Object.entries(events).map(([name, schema]) => [name, schema, `events[${JSON.stringify(name)}]`]);
}

/** Also a function, as schemas of ArkType are. */
function isSchema(value: unknown): boolean {
  if (!AN_OBJECT.fits(value) && typeof value !== "function") return false;
  const { "~standard": standard } = value as Partial<MetadataSchema>;
  return AN_OBJECT.fits(standard) && typeof standard?.validate === "function";
}
