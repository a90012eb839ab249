import { type Ending, isDelivered, type Outbox, safeOutcome } from "@intercom-events/core";
import { chunksOf } from "./kv-chunks.ts";
import {
  forget,
  type KvEdit,
  type KvEvent,
  type KvLetter,
  keys,
  removeBody,
  removeEvent,
  uncount,
} from "./kv-layout.ts";
import type { KvSession } from "./kv-session.ts";
import { listEntries, readEvents } from "./kv-store.ts";
import { packText, partKeys } from "./kv-text.ts";

/** Events a commit ends: each may take a dead letter's place, with all the parts of both. */
const ENDINGS = 30;

/** An ending, with the outcome as JSON where there is to be a dead letter. */
interface KvEnding {
  readonly id: string;
  readonly outcome: string | undefined;
}

/** The verb of an outbox that ends events. */
export function kvSettle({ kv, policy, change }: KvSession): Outbox["settle"] {
  /** Ends some events; says whether there are more dead letters to forget. */
  function settleChunk(endings: readonly KvEnding[], now: number): Promise<boolean> {
    return change(async (totals, edit) => {
      // The first counts of those that name the same event.
      const outcomes = new Map(endings.map(({ id, outcome }) => [id, outcome] as const).reverse());
      const buried: [KvEvent, string][] = [];
      for (const event of await readEvents(
        kv,
        endings.map(({ id }) => id),
      )) {
        const outcome = outcomes.get(event.id);
        if (outcome === undefined) {
          forget(totals, edit, event);
        } else {
          removeEvent(edit, event);
          uncount(totals, event);
          buried.push([event, outcome]);
        }
      }
      const oldest = (await listEntries(kv, keys.letters, ENDINGS)).map(({ value }) => value as KvLetter);
      const excess = totals.deadLetters + buried.length - policy.maxDeadLetters;
      const young = oldest.findIndex(({ endedAt }) => endedAt > now - policy.deadLetterAge);
      const old = young === -1 ? oldest.length : young;
      const pruned = oldest.slice(0, Math.max(old, excess));
      for (const letter of pruned) removeLetter(edit, letter);
      // Where even the new ones are too many, the first of them are not kept at all.
      const skipped = Math.max(0, Math.min(excess - totals.deadLetters, buried.length));
      for (const [event] of buried.slice(0, skipped)) removeBody(edit, event);
      for (const [event, outcome] of buried.slice(skipped)) {
        bury(edit, { serial: totals.next++, event, endedAt: now }, outcome);
      }
      totals.deadLetters += buried.length - skipped - pruned.length;
      return pruned.length === ENDINGS;
    });
  }

  return async function settle(endings, now) {
    let more = false;
    for (const chunk of chunksOf(endings.map(toEnding), ENDINGS, ({ outcome }) => outcome?.length ?? 0)) {
      more = await settleChunk(chunk, now);
    }
    while (more) more = await settleChunk([], now);
  };
}

/** Keeps a dead letter, the parts of whose body stay where they are. */
function bury(edit: KvEdit, letter: Omit<KvLetter, "outcome">, outcome: string): void {
  const { text, parts } = packText(outcome);
  edit.set.push([keys.letter(letter.serial), { ...letter, outcome: text } satisfies KvLetter]);
  for (const [index, part] of parts.entries()) edit.set.push([[...keys.outcome(letter.serial), index], part]);
}

function removeLetter(edit: KvEdit, { serial, event, outcome }: KvLetter): void {
  edit.remove.push(keys.letter(serial), ...partKeys(keys.outcome(serial), outcome));
  removeBody(edit, event);
}

function toEnding({ id, outcome }: Ending): KvEnding {
  return { id, outcome: isDelivered(outcome) ? undefined : JSON.stringify(safeOutcome(outcome)) };
}
