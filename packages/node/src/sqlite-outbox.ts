import { realpathSync } from "node:fs";
import { setImmediate, setTimeout } from "node:timers/promises";
import { type Outbox, OutboxError } from "@intercom-events/core";
import { freeDeadOwners } from "./free-dead-owners.ts";
import { type OpenSqlite, openSqlite } from "./open-sqlite.ts";
import { isBusy, toOutboxError } from "./sqlite-error.ts";
import { resolveSqliteOptions, type SqliteOutboxOptions } from "./sqlite-options.ts";
import { beginSqliteOwner, type SqliteOwner } from "./sqlite-owner.ts";
import { rollback } from "./sqlite-schema.ts";
import { type SqliteStatements, sqliteStatements } from "./sqlite-statements.ts";

/** Dead letters read at once. */
const PAGE = 100;

/** Ids read at once, which takes a millisecond. */
const IDS_PAGE = 1000;

/** Milliseconds between two looks for owners that have died. One takes a tenth of a millisecond for each that lives. */
const LOOK_INTERVAL = 5000;

/** What takes longer, in milliseconds, was held up with the whole process, as where that was frozen, and tried nothing. */
const LONGEST_TRY = 250;

/** An open file and what is done with it. */
interface Connection extends OpenSqlite {
  /** The file without symbolic links. */
  readonly path: string;
  /** Who this outbox is to the others that use the file. */
  readonly owner: SqliteOwner;
  readonly statements: SqliteStatements;
}

/**
 * Keeps events in a file with the SQLite of Node 22.13 or Bun 1.4 or newer, where they outlive the process. Several
 * processes may use one file, if their clients are of one workspace: events do not say which they are for.
 *
 * The file is opened at the first call; one that cannot be used has that call, and each after it until it
 * can be, reject with an {@link OutboxError}, and is left as it was.
 *
 * @throws {TypeError} naming the option that is wrong and what was expected
 * @example
 * const client = createClient({
 *   token: process.env.INTERCOM_ACCESS_TOKEN!,
 *   outbox: sqliteOutbox({ path: "/var/lib/shop/intercom-events.db" }),
 * });
 */
export function sqliteOutbox(options: SqliteOutboxOptions): Outbox {
  const settings = resolveSqliteOptions(options);
  const { policy, busyTimeout } = settings;
  let connection: Connection | undefined;
  let isClosed = false;
  let lookedAt: number | undefined;
  /** The call before, as SQLite has one transaction at a time on a connection. */
  let last: Promise<unknown> = Promise.resolve();

  function connect(): Connection {
    if (connection !== undefined) return connection;
    const open = openSqlite(settings);
    const path = realPath(settings.path);
    const owner = beginSqliteOwner(path);
    try {
      const statements = sqliteStatements(open.db, { ...open, owner: owner.id, policy });
      connection = { ...open, path, owner, statements };
      return connection;
    } catch (error) {
      open.db.close();
      owner.end(false);
      throw error;
    }
  }

  /** Frees what owners that have died had leased, if it is time to look for them again. */
  function lookForDead({ path, owner, statements }: Connection): void {
    const now = performance.now();
    if (lookedAt !== undefined && now - lookedAt < LOOK_INTERVAL) return;
    // The first time in any case, to delete the files of dead owners that had no leases.
    if (lookedAt === undefined || statements.othersLease())
      freeDeadOwners(path, owner.id, (id) => transact(connect(), ({ free }) => free(id)));
    lookedAt = now;
  }

  /** Tries until no other process is in the way. */
  async function whenFree<T>(doing: string, attempt: () => T): Promise<T> {
    let tried = 0;
    for (let before = performance.now(); ; ) {
      try {
        return attempt();
      } catch (error) {
        const now = performance.now();
        tried += Math.min(now - before, LONGEST_TRY);
        before = now;
        if (!isBusy(error) || tried >= busyTimeout) throw toOutboxError(error, doing, settings.path);
      }
      // At random, so that two processes do not meet again and again.
      await setTimeout(1 + Math.random() * 10);
    }
  }

  /** Runs after the calls before it. */
  function call<T>(doing: string, run: (statements: SqliteStatements) => T): Promise<T> {
    if (isClosed) return Promise.reject(new OutboxError("closed", `Cannot ${doing}: the outbox is closed`));
    const result = last.then(() => whenFree(doing, () => run(connect().statements)));
    last = result.catch(() => undefined);
    return result;
  }

  /** Does all of it or nothing. */
  function change<T>(doing: string, run: (statements: SqliteStatements) => T): Promise<T> {
    return call(doing, () => transact(connect(), run));
  }

  /** Gives leases back and lets go of the file. */
  async function end(): Promise<void> {
    if (connection === undefined) return;
    const open = connection;
    let hasLeases = true;
    try {
      await whenFree("give leases back", () => transact(open, ({ free }) => free(open.owner.id)));
      hasLeases = false;
    } catch {
      // Others see that it has ended and take them, and closing must not fail for it.
    } finally {
      connection = undefined;
      open.db.close();
      open.owner.end(hasLeases);
    }
  }

  return {
    append: (records, leaseUntil) => change("keep events", ({ append }) => append(records, leaseUntil)),
    lease: (request) =>
      call("lease events", () => {
        lookForDead(connect());
        return transact(connect(), ({ lease }) => lease(request));
      }),
    renew: (ids, until) => change("renew leases", ({ renew }) => renew(ids, until)),
    update: (records, leaseUntil) => change("update events", ({ update }) => update(records, leaseUntil)),
    settle: (endings, now) => change("end events", ({ settle }) => settle(endings, now)),
    counts: () => call("count events", ({ counts }) => counts()),
    async *ids() {
      for (let after = ""; ; ) {
        const page = await call("read ids", ({ idsAfter }) => idsAfter(after, IDS_PAGE));
        yield* page;
        if (page.length < IDS_PAGE) return;
        after = page[IDS_PAGE - 1] as string;
        await setImmediate(); // A promise alone would leave no time to anything else, all the pages long.
      }
    },
    async *deadLetters() {
      const last = await call("read dead letters", ({ deadLetters }) => deadLetters.last());
      for (let after = 0; ; ) {
        const letters = await call("read dead letters", ({ deadLetters }) =>
          deadLetters.after(after, last, PAGE),
        );
        for (const { number, ...letter } of letters) {
          after = number;
          yield letter;
        }
        if (letters.length < PAGE) return;
      }
    },
    close() {
      isClosed = true;
      const ended = last.then(end); // The second time nothing is open.
      last = ended;
      return ended;
    },
  };
}

/** One transaction, in which no other process writes. */
function transact<T>({ db, statements }: Connection, run: (statements: SqliteStatements) => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = run(statements);
    db.exec("COMMIT");
    return result;
  } catch (error) {
    rollback(db);
    throw error;
  }
}

/** Without symbolic links, where one may follow them: the name by which SQLite, too, calls the files beside it. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
