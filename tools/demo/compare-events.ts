import type { StoredEvent } from "@intercom-events/emulator";
import { contactOfStored } from "./emulator-results.ts";
import type { ExpectedEvent } from "./expected.ts";

/** When the run began and ended, in Unix seconds. */
export interface RunTime {
  readonly from: number;
  readonly to: number;
}

/** The differences between the events expected and those stored, one line each. */
export function compareEvents(
  expected: readonly ExpectedEvent[],
  stored: readonly StoredEvent[],
  run: RunTime,
): string[] {
  const left = [...stored];
  const differences = expected.flatMap((event) => {
    const index = left.findIndex((other) => keyOf(other) === keyOf(event));
    if (index === -1) return [`${nameOf(event)}: not stored`];
    const [found] = left.splice(index, 1);
    return found ? compareEvent(event, found, run) : [];
  });
  return [...differences, ...left.map((event) => `${nameOf(event)}: stored, but not expected`)];
}

function keyOf({ event_name, intercom_user_id }: ExpectedEvent | StoredEvent): string {
  return JSON.stringify([event_name, intercom_user_id]);
}

function nameOf(event: ExpectedEvent | StoredEvent): string {
  return `${event.event_name} of ${contactOfStored(event)}`;
}

function compareEvent(
  expected: ExpectedEvent,
  { id: _, ...stored }: StoredEvent,
  { from, to }: RunTime,
): string[] {
  const isStamped = expected.created_at === "during the run";
  const isInTime = from <= stored.created_at && stored.created_at <= to;
  const created_at = isStamped && isInTime ? stored.created_at : expected.created_at;
  const whole = { ...expected, created_at, type: "event", workspace: "default" };
  const differences = [
    ...compareValues(whole, stored, ""),
    ...compareOrder(expected.metadata, stored.metadata),
  ];
  return differences.map((difference) => `${nameOf(expected)}: ${difference}`);
}

function compareValues(expected: unknown, stored: unknown, path: string): string[] {
  if (!isObject(expected) || !isObject(stored)) {
    if (Object.is(expected, stored)) return [];
    return [`${path}: expected ${show(expected)}, got ${show(stored)}`];
  }
  const keys = new Set([...Object.keys(expected), ...Object.keys(stored)]);
  return [...keys].flatMap((key) =>
    compareValues(own(expected, key), own(stored, key), path === "" ? key : `${path}.${key}`),
  );
}

/** Intercom tracks the first keys it gets, so their order is part of what is sent. */
function compareOrder(expected: object = {}, stored: object = {}): string[] {
  const [wanted, found] = [Object.keys(expected), Object.keys(stored)];
  const isSameSet = wanted.length === found.length && wanted.every((key) => Object.hasOwn(stored, key));
  if (!isSameSet || wanted.every((key, index) => key === found[index])) return [];
  return [`metadata: expected its keys in the order ${wanted.join(", ")}, got ${found.join(", ")}`];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function own(object: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
