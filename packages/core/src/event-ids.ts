/** Gives out ids of events in an outbox; {@link createEventIds}. */
export interface EventIds {
  /**
   * The id of an event, unique, and in the order of text after those before.
   *
   * @param sequence greater than those before
   */
  next(sequence: number, now: number): string;
  /** The sequence number of an id that was given out here; `undefined` for those of others. */
  sequenceOf(id: string): number | undefined;
}

const TIME_DIGITS = 9;
const SEQUENCE_DIGITS = 8;

/**
 * Ids made of time, the sequence number, and a text of 16 letters and digits that tells clients apart, so
 * that events of several processes come in the order of time.
 *
 * @param random at least 0 and less than 1
 */
export function createEventIds(random: () => number): EventIds {
  const client = `-${Array.from({ length: 16 }, () => base36(random() * 36, 1)).join("")}`;
  let time = 0;
  return {
    next(sequence, now) {
      time = Math.max(time, now); // A clock that is put back must not put later events first.
      return `${base36(time, TIME_DIGITS)}${base36(sequence, SEQUENCE_DIGITS)}${client}`;
    },
    sequenceOf(id) {
      if (!id.endsWith(client)) return undefined;
      return Number.parseInt(id.slice(TIME_DIGITS, TIME_DIGITS + SEQUENCE_DIGITS), 36);
    },
  };
}

function base36(value: number, digits: number): string {
  return Math.max(0, Math.floor(value)).toString(36).padStart(digits, "0");
}
