import { messageOf } from "./describe.ts";
import type { Outcome } from "./outcome.ts";

/** Longest text and list that are kept: a reply may say anything at any length. */
const MAX_TEXT = 1000;
const MAX_ENTRIES = 20;

/**
 * An outcome as plain data that JSON holds, long texts and lists cut. Of an error only its name and message are taken: what else
 * hangs on it may be the request with its headers, and so the access token.
 */
export function safeOutcome(outcome: Outcome): Outcome {
  if (outcome.status !== "rejected" || outcome.verdict.kind !== "unreachable") {
    return JSON.parse(JSON.stringify(outcome, cut)) as Outcome;
  }
  const { attempts, verdict } = outcome;
  return {
    status: "rejected",
    verdict: { kind: "unreachable", cause: safeCause(verdict.cause) },
    attempts,
  };
}

function cut(_key: string, value: unknown): unknown {
  if (typeof value === "string") return value.slice(0, MAX_TEXT);
  return Array.isArray(value) ? value.slice(0, MAX_ENTRIES) : value;
}

function safeCause(cause: unknown): { name: string; message: string } {
  return { name: nameOf(cause), message: messageOf(cause).slice(0, MAX_TEXT) };
}

function nameOf(cause: unknown): string {
  try {
    return String(cause instanceof Error ? cause.name : typeof cause).slice(0, 100);
  } catch {
    return "Error";
  }
}
