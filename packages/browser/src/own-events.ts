import {
  createEventIds,
  type OutboxRecord,
  type Outcome,
  openReceipt,
  type Receipt,
  type RelayEvent,
  SECOND_TAKEN,
  secondMoved,
} from "@intercom-events/core";
import { createFreeSeconds, foldName } from "./free-seconds.ts";
import type { PageDraft } from "./page-outbox.ts";
import { dropped, type EncodedPageEvent, type LaneSettings } from "./route.ts";

/** An event of this page that has no outcome yet. */
export interface OwnEvent {
  readonly event: EncodedPageEvent;
  readonly draft: PageDraft;
  readonly receipt: Receipt;
  /** As it is sent; its body is not final while it is being stored. */
  record: OutboxRecord;
  /** Where it is safe: in this page's memory alone, on its way to the store, or there. */
  place: "memory" | "storing" | "stored";
  /** Whether it is being sent, by a request that outlives the page for sure or not. */
  sending: false | "plain" | "sure";
  /** Says whether it is stored; only the first answer counts. */
  readonly keep: (isStored: boolean) => void;
  readonly settle: (outcome: Outcome) => void;
  /** Warns once if its second, which is final now, is not the one it was tracked in. */
  readonly decide: () => void;
  /** From now on this page delivers it itself. */
  readonly toMemory: () => void;
}

/** The events of this page without an outcome, in the order they were tracked; {@link createOwnEvents}. */
export interface OwnEvents {
  /** Takes an event in; `undefined` if there is no room. */
  add(event: EncodedPageEvent, trackedAt: number, second: number): OwnEvent | undefined;
  get(id: string): OwnEvent | undefined;
  /** Whether the id is one of this page's, also of an event that has ended. */
  isOwn(id: string): boolean;
  /** Ends an event, if it has not ended. */
  end(event: OwnEvent, outcome: Outcome): void;
  all(): OwnEvent[];
}

type Bounds = Pick<LaneSettings, "random" | "maxEvents" | "maxBytes" | "policy" | "warn">;

/**
 * Holds events within bounds, each at a second of its own.
 *
 * @param onPushedOut told of an event that was dropped for a later one
 */
export function createOwnEvents(bounds: Bounds, onPushedOut: (event: OwnEvent) => void): OwnEvents {
  const { random, maxEvents, maxBytes, policy, warn } = bounds;
  const events = new Map<string, OwnEvent>();
  const seconds = createFreeSeconds();
  const ids = createEventIds(random);
  let sequence = 0;
  let bytes = 0;

  function makeRoom(size: number): boolean {
    while (events.size >= maxEvents || bytes + size > maxBytes) {
      const oldest = policy === "drop_oldest" && [...events.values()].find(({ sending }) => !sending);
      if (!oldest || size > maxBytes) return false;
      end(oldest, dropped("queue_full"));
      onPushedOut(oldest);
    }
    return true;
  }

  function end(own: OwnEvent, outcome: Outcome): void {
    if (!events.delete(own.draft.id)) return;
    bytes -= own.record.body.length;
    own.keep(outcome.status === "accepted" || outcome.status === "duplicate");
    own.settle(outcome);
  }

  return {
    add(event, trackedAt, tracked) {
      const name = foldName(event.eventName);
      const second = seconds.find(name, tracked);
      const body = encode(event, second);
      if (!makeRoom(body.length)) return undefined;
      const id = ids.next(sequence++, trackedAt);
      let keep!: (isStored: boolean) => void;
      const { receipt, settle } = openReceipt(
        new Promise((resolve) => {
          keep = resolve;
        }),
      );
      let moved = second - tracked;
      let isAlone = seconds.take(name, second);
      let isDecided = false;
      const own: OwnEvent = {
        event,
        receipt,
        record: { id, body, trackedAt, attempts: 0, failures: 0, dueAt: 0 },
        place: "memory",
        sending: false,
        keep,
        settle,
        draft: {
          id,
          name,
          second,
          trackedAt,
          finish(other) {
            if (other === tracked + moved) return own.record.body;
            moved = other - tracked;
            isAlone = seconds.take(name, other);
            const body = encode(event, other);
            bytes += body.length - own.record.body.length;
            own.record = { ...own.record, body };
            return body;
          },
        },
        decide() {
          if (isDecided) return;
          isDecided = true;
          if (moved > 0) warn(event, secondMoved(moved));
          else if (!isAlone) warn(event, SECOND_TAKEN);
        },
        toMemory() {
          own.place = "memory";
          own.decide();
        },
      };
      events.set(id, own);
      bytes += body.length;
      return own;
    },
    get: (id) => events.get(id),
    isOwn: (id) => ids.sequenceOf(id) !== undefined,
    end,
    all: () => [...events.values()],
  };
}

/** One `RelayEvent`, which is sent in these very bytes each time. */
function encode({ eventName, metadata }: EncodedPageEvent, second: number): string {
  const encoded: RelayEvent = { event_name: eventName, created_at: second, ...(metadata && { metadata }) };
  return JSON.stringify(encoded);
}
