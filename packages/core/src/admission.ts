import type { AwaitedReceipts } from "./awaited-receipts.ts";
import type { Barrier } from "./barrier.ts";
import { callSafely } from "./call-safely.ts";
import { createIssue } from "./create-issue.ts";
import { messageOf } from "./describe.ts";
import { type EncodedTracked, encodeTracked } from "./encode-event.ts";
import type { EventIds } from "./event-ids.ts";
import type { Issue } from "./issue.ts";
import type { Notifier } from "./notifier.ts";
import type { Outcome, Receipt } from "./outcome.ts";
import { closedReceipt } from "./receipt.ts";
import type { ClientPolicy } from "./resolve-options.ts";
import type { SameSecond } from "./same-second.ts";
import type { Tally } from "./stats.ts";
import { createTickBatch } from "./tick-batch.ts";
import { wellFormedJson } from "./well-formed-json.ts";

/** Takes events from whoever tracks them; {@link createAdmission}. */
export interface Admission {
  /** Takes an event; never throws. */
  track(event: unknown): Receipt;
  /** Takes an event that has no contact or options that are an object; it ends as `invalid`. */
  refuse(part: "contact" | "options", found: unknown): Receipt;
  /** Admits at once what was taken in this tick. */
  admitAll(): void;
  /** Takes no more events. */
  seal(): void;
}

/** What it is made of. */
export interface AdmissionOptions {
  readonly policy: ClientPolicy;
  readonly tally: Tally;
  readonly notifier: Notifier;
  readonly receipts: AwaitedReceipts;
  /** Numbers the events. */
  readonly barrier: Pick<Barrier, "begin">;
  /** Names them, if there is an outbox. */
  readonly ids: EventIds | undefined;
  /** Where they are admitted. */
  readonly sameSecond: SameSecond;
}

/** An event that was taken, and that nothing else has been done with. */
interface Tracked {
  readonly encoded: Extract<EncodedTracked, { ok: true }>;
  /** In milliseconds since the epoch. */
  readonly trackedAt: number;
  readonly receipt: Receipt;
}

/**
 * Encodes an event while its caller waits, who is to hear what is wrong, and has all else done when the tick ends.
 */
export function createAdmission(options: AdmissionOptions): Admission {
  const { policy, tally, notifier, receipts, barrier, ids, sameSecond } = options;
  const { clock } = policy;
  const tracked = createTickBatch(admit);
  let isSealed = false;

  function refuse(outcome: Outcome, body?: string, eventName?: string): Receipt {
    tracked.run(); // Outcomes are told in the order of the events.
    tally.track();
    tally.end(outcome);
    notifier.outcome(outcome, body, eventName);
    return closedReceipt(outcome);
  }

  /** What the caller is to hear of, and nothing that can wait until the caller is done. */
  function track(given: unknown): Receipt {
    const trackedAt = clock.now();
    const encoded = encodeTracked(given, trackedAt, policy);
    if (!encoded.ok) {
      const { issues, eventName } = encoded;
      return refuse({ status: "invalid", issues }, undefined, eventName);
    }
    if (isSealed) return refuse({ status: "dropped", reason: "closed" }, JSON.stringify(encoded.value));
    const receipt = receipts.create();
    tracked.add({ encoded, trackedAt, receipt }, encoded.characters);
    if (notifier.isTraced()) tracked.run(); // Tracing wants to know who has tracked an event.
    if (policy.waitUntil) waitUntil(policy.waitUntil, receipt);
    return receipt;
  }

  function admit({ encoded, trackedAt, receipt }: Tracked): void {
    const { value, isStamped } = encoded;
    const warnings = encoded.warnings as Issue[]; // Made for this event as its value was, and nobody else has them.
    const place = sameSecond.place(value, isStamped, warnings);
    const body = wellFormedJson(JSON.stringify(value));
    const sequence = barrier.begin();
    const event = {
      sequence,
      id: ids?.next(sequence, trackedAt),
      body,
      trackedAt,
      isOwn: true,
      receipt,
      key: place.key,
      attempts: 0,
      failures: 0,
      missingSince: undefined,
    };
    if (sameSecond.admit(event, place, warnings) && warnings.length > 0) notifier.warning(warnings, body);
  }

  function waitUntil(tell: NonNullable<ClientPolicy["waitUntil"]>, receipt: Receipt): void {
    const settled = receipt.then(() => undefined);
    callSafely(tell, settled, (error) =>
      notifier.warnOnce("waitUntil", `The function given as "waitUntil" threw: ${messageOf(error)}`),
    );
  }

  return {
    track,
    refuse: (part, found) =>
      refuse({ status: "invalid", issues: [createIssue(part, "not_an_object", found)] }),
    admitAll: tracked.run,
    seal() {
      tracked.run();
      isSealed = true;
    },
  };
}
