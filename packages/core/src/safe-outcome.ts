import { messageOf } from "./describe.ts";
import type { Outcome } from "./outcome.ts";

/** Longest text and list that are kept: a reply may say anything at any length. */
const MAX_TEXT = 1000;
const MAX_ENTRIES = 20;

/** Half of a character that takes two, and what ends a text in C: databases refuse both. */
const UNSTORABLE = /\p{Surrogate}|\0/gu;

/**
 * An outcome as plain data that JSON and databases hold, long texts and lists cut. Of an error only its name and message
 * are taken: what else hangs on it may be the request with its headers, and so the access token.
 */
export function safeOutcome(outcome: Outcome): Outcome {
  let plain = outcome;
  if (outcome.status === "rejected" && outcome.verdict.kind === "unreachable") {
    const { cause } = outcome.verdict;
    plain = {
      ...outcome,
      verdict: { kind: "unreachable", cause: { name: nameOf(cause), message: messageOf(cause) } },
    };
  }
  return JSON.parse(JSON.stringify(plain, storable)) as Outcome;
}

function storable(_key: string, value: unknown): unknown {
  if (typeof value === "string") return value.slice(0, MAX_TEXT).replace(UNSTORABLE, "\ufffd");
  return Array.isArray(value) ? value.slice(0, MAX_ENTRIES) : value;
}

function nameOf(cause: unknown): string {
  try {
    return cause instanceof Error ? `${cause.name}` : typeof cause;
  } catch {
    return "Error";
  }
}
