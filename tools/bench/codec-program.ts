import { classifyResponse, decodeMetadata, encodeEvent, encodeMetadata } from "@intercom-events/core";
import { do_not_optimize, measure } from "mitata";
import { EVENT_NAME, metadataOf, wireEventOf } from "./sample-event.ts";

/** What is measured, by name. */
export const CODEC = [
  "encodeMetadata",
  "encodeEvent",
  "decodeMetadata",
  "classifyResponse, 202",
  "classifyResponse, 429",
  "classifyResponse, 422",
] as const;

/** One of them. */
export type CodecName = (typeof CODEC)[number];

const metadata = metadataOf(1);
const event = { userId: "314159", eventName: EVENT_NAME, metadata };
const wire = wireEventOf(1).metadata as Parameters<typeof decodeMetadata>[0];
const errors = [{ code: "parameter_invalid", message: "Event metadata is not valid", field: "metadata" }];

/** Replies as a transport hands them on, with the headers of Intercom. */
function replyOf(status: number, body: string): Parameters<typeof classifyResponse>[0] {
  const headers = new Headers({
    "x-request-id": "004h01uqo3s6ait1fi20",
    "x-ratelimit-limit": "1667",
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": "1392036280",
  });
  return { status, headers, body };
}
const accepted = replyOf(202, "");
const limited = replyOf(
  429,
  '{"type":"error.list","errors":[{"code":"rate_limit_exceeded","message":"Slow down"}]}',
);
const refused = replyOf(422, JSON.stringify({ type: "error.list", request_id: "b2a", errors }));
const now = 1_392_036_272_000;

const calls: Readonly<Record<CodecName, () => unknown>> = {
  encodeMetadata: () => encodeMetadata(metadata),
  encodeEvent: () => encodeEvent(event, now),
  decodeMetadata: () => decodeMetadata(wire),
  "classifyResponse, 202": () => classifyResponse(accepted, now),
  "classifyResponse, 429": () => classifyResponse(limited, now),
  "classifyResponse, 422": () => classifyResponse(refused, now),
};

/** Calls are always timed many together: what mitata would choose by the first, slow call depends on the clock. */
const OPTIONS = {
  min_cpu_time: 300e6, // nanoseconds
  warmup_threshold: Number.POSITIVE_INFINITY,
  batch_threshold: Number.POSITIVE_INFINITY,
};

/** Nanoseconds of each call, the mean of mitata's samples, as a page's clock has steps of 100 µs; on whatever runtime this is. */
export async function measureCodec(): Promise<Record<CodecName, number>> {
  const found = {} as Record<CodecName, number>;
  for (const name of CODEC) {
    const call = calls[name];
    found[name] = (await measure(() => do_not_optimize(call()), OPTIONS)).avg;
  }
  return found;
}
