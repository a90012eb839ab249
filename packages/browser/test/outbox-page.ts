import { deleteDB } from "idb";
import { afterEach } from "vitest";
import type { PageDraft } from "../src/page-outbox.ts";

/** A name for a database of its own. All of them are deleted after each test. */
export function freshName(): string {
  return `outbox-${crypto.randomUUID()}`;
}

/** Firefox lets go of a database that a removed frame had open when it collects garbage, in milliseconds. */
const GARBAGE = 120_000;

/** Deletes all databases of the origin after each test of a file. */
export function cleanUp(): void {
  afterEach(async () => {
    for (const { name = "" } of await indexedDB.databases()) await deleteDB(name);
  }, GARBAGE);
}

/** What a draft has kept if it is decided for a second. */
export function bodyOf(id: string, name: string, second: number): string {
  return JSON.stringify({ event_name: name, created_at: second, metadata: { id } });
}

/** A draft that can be given up, and the seconds that it was finished with. */
export interface Draft extends PageDraft {
  finish: PageDraft["finish"];
  readonly id: string;
  readonly given: number[];
  isGivenUp: boolean;
}

export function draft(id: string, name: string, second: number): Draft {
  const made: Draft = {
    id,
    name,
    second,
    given: [],
    isGivenUp: false,
    finish(at) {
      if (made.isGivenUp) return undefined;
      made.given.push(at);
      const body = bodyOf(id, name, at);
      return { id, body, trackedAt: second * 1000, attempts: 0, failures: 0, dueAt: 0 };
    },
  };
  return made;
}
