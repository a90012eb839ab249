import {
  createIssue,
  foldName,
  type Issue,
  type OpenReceipt,
  type OutboxRecord,
  type Outcome,
  openReceipt,
  type RelayEvent,
} from "@intercom-events/core";
import { decodeBody } from "./decode-body.ts";
import { createFreeSeconds } from "./free-seconds.ts";
import type { PageDraft } from "./page-outbox.ts";
import type { Urgency } from "./post.ts";
import { dropped, type EncodedPageEvent, isTaken, type LaneSettings } from "./route.ts";

/** An event of this page that has no outcome yet. */
export interface OwnEvent extends OpenReceipt, PageDraft {
  readonly event: EncodedPageEvent;
  /** As it is sent; its body is not final while it is being stored. */
  record: OutboxRecord;
  /**
   * Where it is safe: in this page's memory alone; on its way to the store, where `decided` says that it may
   * be there already, with the body it has, and `leaving` that it is stored as it is, since the page goes; or
   * there.
   */
  place: "memory" | "storing" | "decided" | "leaving" | "stored";
  /** How it is being sent, if it is. */
  sending: Urgency | undefined;
  /** Characters of its body. */
  readonly size: number;
  /** Warns once if its second, which is final now, is not the one it was tracked in. */
  readonly decide: () => void;
}

/** The events of this page without an outcome, in the order they were tracked; {@link createOwnEvents}. */
export interface OwnEvents {
  /** Takes an event in; `undefined` if there is no room. */
  add(event: EncodedPageEvent, trackedAt: number, second: number): OwnEvent | undefined;
  /** From now on this page delivers an event itself. */
  toMemory(event: OwnEvent): void;
  get(id: string): OwnEvent | undefined;
  /** Notes how an event fares, if it is one of this page's. */
  set(id: string, change: Partial<Pick<OwnEvent, "record" | "sending">>): void;
  /** Whether the id is one of this page's, also of an event that has ended. */
  isOwn(id: string): boolean;
  /** Ends an event, if it has not ended. One of another page is told of, where its body is known. */
  end(event: Ended, outcome: Outcome): void;
  all(): OwnEvent[];
}

type Ended = Pick<OutboxRecord, "id"> & Partial<OutboxRecord>;

type Bounds = Pick<LaneSettings, "random" | "maxEvents" | "maxBytes" | "policy" | "warn" | "ended">;

/**
 * Holds events within bounds, each at a second of its own.
 *
 * @param onPushedOut told of an event that was dropped for a later one
 */
export function createOwnEvents(bounds: Bounds, onPushedOut: (record: OutboxRecord) => void): OwnEvents {
  const { random, maxEvents, maxBytes, policy, warn, ended } = bounds;
  const events = new Map<string, OwnEvent>();
  const seconds = createFreeSeconds();
  /** Ends the ids of this page's events, and of no other's. */
  const page = `-${random()}`;
  let latest = 0;
  let sequence = 0;
  let bytes = 0;

  function makeRoom(size: number): boolean {
    while (events.size >= maxEvents || bytes + size > maxBytes) {
      const oldest = policy === "drop_oldest" && [...events.values()].find(({ sending }) => !sending);
      if (!oldest || size > maxBytes) return false;
      end(oldest.record, dropped("queue_full"));
      onPushedOut(oldest.record);
    }
    return true;
  }

  function end({ id, body }: Ended, outcome: Outcome): void {
    const own = events.get(id);
    if (own) {
      events.delete(id);
      bytes -= own.size;
      own.place = "memory"; // Where it is being stored, that is given up.
      own.keep(isTaken(outcome));
      own.settle(outcome);
    } else if (body && !isOwn(id)) ended(decodeBody(body), outcome);
  }

  function isOwn(id: string): boolean {
    return id.endsWith(page);
  }

  /** Ids are ordered as the events were tracked, also if the clock is put back meanwhile. */
  function nextId(trackedAt: number): string {
    latest = Math.max(latest, trackedAt);
    return padded(latest) + padded(sequence++) + page;
  }

  return {
    add(event, trackedAt, tracked) {
      const name = foldName(event.eventName);
      const second = seconds.find(name, tracked);
      const size = encode(event, second).length;
      if (!makeRoom(size)) return undefined;
      bytes += size;
      const id = nextId(trackedAt);
      let current: number | undefined;
      let remark: Issue | undefined;

      function moveTo(second: number): void {
        if (second === current) return;
        const isAlone = seconds.take(name, second);
        const moved = second - tracked;
        remark =
          moved > 0 || !isAlone
            ? createIssue("createdAt", moved > 0 ? "second_moved" : "second_taken", moved)
            : undefined;
        current = second;
        own.record = { ...own.record, body: encode(event, second) };
      }

      const own: OwnEvent = {
        ...openReceipt(),
        event,
        name,
        second,
        size,
        record: { id, body: "", trackedAt, attempts: 0, failures: 0, dueAt: 0 },
        place: "memory",
        sending: undefined,
        finish(decided) {
          if (own.place !== "storing") return undefined;
          own.place = "decided";
          moveTo(decided);
          return own.record;
        },
        decide() {
          if (remark) warn(event, remark);
          remark = undefined;
        },
      };
      moveTo(second);
      events.set(id, own);
      return own;
    },
    toMemory(own) {
      own.place = "memory";
      own.decide();
    },
    get: (id) => events.get(id),
    set: (id, change) => Object.assign(events.get(id) ?? {}, change),
    isOwn,
    end,
    all: () => [...events.values()],
  };
}

function padded(value: number): string {
  return String(value).padStart(16, "0");
}

/** One `RelayEvent`, which is sent in these very bytes each time. */
function encode({ eventName, metadata }: EncodedPageEvent, second: number): string {
  const encoded: RelayEvent = { event_name: eventName, created_at: second, ...(metadata && { metadata }) };
  return JSON.stringify(encoded);
}
