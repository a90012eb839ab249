import { OutboxError, type OutboxErrorCode } from "@intercom-events/core";

/**
 * The object stores of an outbox. `seconds` has keys alone: the second and the name of each event; `summary` has
 * one record.
 */
export const STORES = ["events", "seconds", "summary"] as const;

/** Returns an object store, within one transaction. */
export type Stores = (name: (typeof STORES)[number]) => IDBObjectStore;

/** A database of the page's origin. */
export interface IndexedDb {
  /**
   * Runs in one transaction, after those before: all of it is done, or nothing. `run` waits for nothing but
   * {@link ask}.
   *
   * @param verb what cannot be done if it fails
   * @throws {OutboxError}
   */
  transact<T>(verb: string, run: (stores: Stores) => Promise<T>): Promise<T>;
  /** Ends the connection, if there is one, after what was begun. */
  disconnect(): void;
}

/** Changes with each change of the stores; browsers refuse to open a database with a greater one. */
const VERSION = 1;
/** Milliseconds in which a page that came back may still hear of what it had asked. */
const GRACE = 1000;

const NO_INDEXED_DB: readonly [OutboxErrorCode, string] = ["unsupported", "this page may not use IndexedDB"];

/** Errors that mean more than "it failed". */
const CODES: Readonly<Record<string, readonly [OutboxErrorCode, string]>> = {
  VersionError: ["newer_schema", "a newer release made the store"],
  QuotaExceededError: ["full", "the browser gives no more room"],
  SecurityError: NO_INDEXED_DB,
  // What browsers say in private windows that have none.
  InvalidStateError: NO_INDEXED_DB,
};

/** The answer to a request. */
export function ask<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * Uses a database, which is opened at the first call and made if it is missing. The connection is kept, as
 * opening one takes Firefox a tenth of a second; it stands in nobody's way, be it another tab that changes
 * or deletes the database or the browser's back/forward cache.
 */
export function indexedDbNamed(name: string): IndexedDb {
  let connection: Promise<IDBDatabase> | undefined;

  function disconnect(): void {
    connection?.then((db) => db.close()).catch(() => undefined);
    connection = undefined;
  }

  async function connect(): Promise<IDBDatabase> {
    const { indexedDB } = globalThis;
    if (!indexedDB) throw new DOMException("", "SecurityError");
    const request = indexedDB.open(name, VERSION);
    request.onupgradeneeded = () => {
      const db = request.result;
      db.createObjectStore("events", { keyPath: "id" });
      db.createObjectStore("seconds");
      db.createObjectStore("summary");
    };
    const db = await ask(request);
    db.onversionchange = db.onclose = disconnect;
    return db;
  }

  return {
    disconnect,
    transact: <T>(verb: string, run: (stores: Stores) => Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        function fail(error: unknown): void {
          if (!(error instanceof OutboxError)) {
            disconnect();
            const [code, why] = CODES[(error as DOMException | null)?.name ?? ""] ?? ["failed", error];
            error = new OutboxError(code, `Cannot ${verb}: ${why}`, { cause: error });
          }
          reject(error);
        }
        /** Firefox never answers what was asked before the page went into the back/forward cache. */
        function comeBack({ persisted }: PageTransitionEvent): void {
          if (!persisted) return;
          disconnect();
          setTimeout(fail, GRACE, "the page was away, so it may be done");
        }
        // Before the page's own listeners, which may call.
        globalThis.addEventListener?.("pageshow", comeBack, true);
        connection ??= connect();
        connection
          .then((db) => inTransaction(db, run))
          .then(resolve, fail)
          .then(() => globalThis.removeEventListener?.("pageshow", comeBack, true));
      }),
  };
}

function inTransaction<T>(db: IDBDatabase, run: (stores: Stores) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(STORES, "readwrite");
    let failure: unknown;
    // It is not told to commit: Firefox would then do so even if one of its last requests fails.
    const result = run((store) => transaction.objectStore(store));
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(transaction.error ?? failure);
    result
      .catch((error) => {
        failure = error;
        transaction.abort();
      })
      .catch(() => undefined); // It was aborted already.
  });
}
