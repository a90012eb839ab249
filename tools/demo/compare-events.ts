import type { StoredEvent } from "@intercom-events/emulator";
import { contactOfStored } from "./emulator-results.ts";
import type { MeantEvent } from "./meant.ts";

/** When the run began and ended, in Unix seconds. */
export interface RunTime {
  readonly from: number;
  readonly to: number;
}

/** Says each difference between what was meant and what was stored, in a line; nothing if there is none. */
export function compareEvents(
  meant: readonly MeantEvent[],
  stored: readonly StoredEvent[],
  run: RunTime,
): string[] {
  const left = [...stored];
  const differences = meant.flatMap((event) => {
    const index = left.findIndex((other) => keyOf(other) === keyOf(event));
    if (index === -1) return [`${nameOf(event)}: not stored`];
    const [found] = left.splice(index, 1);
    return found ? compareEvent(event, found, run) : [];
  });
  return [...differences, ...left.map((event) => `${nameOf(event)}: stored, but not meant`)];
}

function keyOf({ event_name, intercom_user_id }: MeantEvent | StoredEvent): string {
  return JSON.stringify([event_name, intercom_user_id]);
}

function nameOf(event: MeantEvent | StoredEvent): string {
  return `${event.event_name} of ${contactOfStored(event)}`;
}

function compareEvent(meant: MeantEvent, { id: _, ...stored }: StoredEvent, { from, to }: RunTime): string[] {
  const isStamped = meant.created_at === "during the run";
  const isInTime = from <= stored.created_at && stored.created_at <= to;
  const created_at = isStamped && isInTime ? stored.created_at : meant.created_at;
  const expected = { ...meant, created_at, type: "event", workspace: "default" };
  const differences = [
    ...compareValues(expected, stored, ""),
    ...compareOrder(meant.metadata, stored.metadata),
  ];
  return differences.map((difference) => `${nameOf(meant)}: ${difference}`);
}

function compareValues(meant: unknown, stored: unknown, path: string): string[] {
  if (!isObject(meant) || !isObject(stored)) {
    if (Object.is(meant, stored)) return [];
    return [`${path} is ${show(stored)}, meant was ${show(meant)}`];
  }
  const keys = new Set([...Object.keys(meant), ...Object.keys(stored)]);
  return [...keys].flatMap((key) =>
    compareValues(own(meant, key), own(stored, key), path === "" ? key : `${path}.${key}`),
  );
}

/** Intercom tracks the first keys it gets, so their order is part of what is sent. */
function compareOrder(meant: object = {}, stored: object = {}): string[] {
  const [wanted, found] = [Object.keys(meant), Object.keys(stored)];
  const isSameSet = wanted.length === found.length && wanted.every((key) => Object.hasOwn(stored, key));
  if (!isSameSet || wanted.every((key, index) => key === found[index])) return [];
  return [`metadata has its keys in the order ${found.join(", ")}, meant was ${wanted.join(", ")}`];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function own(object: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function show(value: unknown): string {
  return value === undefined ? "absent" : JSON.stringify(value);
}
