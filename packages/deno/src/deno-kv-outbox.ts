import {
  type DeadLetter,
  type Ending,
  type LeaseRequest,
  type Outbox,
  OutboxError,
  type OutboxOptions,
  type OutboxRecord,
  outboxInteger,
  resolveOutboxOptions,
  wrongOutboxOption,
} from "@intercom-events/core";
import { type Kv, toOutboxError } from "./deno-kv.ts";
import { beginKvOwner, freeDeadOwners, type KvOwner } from "./kv-owner.ts";
import { type KvVerbs, kvVerbs, type LettersPage } from "./kv-verbs.ts";
import { openKvStore } from "./open-kv-store.ts";

/** What {@link denoKvOutbox} takes. */
export interface DenoKvOutboxOptions extends OutboxOptions {
  /**
   * The file of the store. With Deno 2.7 or newer and permission for its folder, each outbox that has it open locks an
   * empty file beside it, which shows the others that it is alive. It must be given in a Worker, and in a program
   * that an older Deno has compiled: the store that Deno opens there by itself is in memory.
   *
   * @default the one Deno keeps for the program
   */
  readonly path?: string | undefined;
  /** Milliseconds for which a call is tried again while other processes change the store. @default 5000 */
  readonly busyTimeout?: number | undefined;
}

/** An open store and what is done with it. */
interface Store {
  readonly kv: Kv;
  /** Its file, if that is known. */
  readonly file: string | undefined;
  /** Who this outbox is to the others that use it. */
  readonly owner: KvOwner;
  readonly verbs: KvVerbs;
  /** When owners that have died were looked for last, by `performance.now()`. */
  lookedAt: number | undefined;
}

/** Milliseconds between two looks for owners that have died. */
const LOOK_INTERVAL = 5000;

/**
 * Keeps events in Deno KV, where they outlive the process. Several processes may use one store, if their clients
 * are of one workspace: events do not say which they are for. Deno has to be started with `--unstable-kv`.
 *
 * A call with more than some 50 records takes several commits, one after the other, and resolves once all of them are
 * done. A lease that fails half-way resolves to what it has leased so far. An append that fails half-way takes back what
 * it has appended, but for what another outbox has leased meanwhile. Where the store allows no change at all just then,
 * the next append or lease takes that back first, and fails until it can. What a process that dies half-way has appended
 * is sent like any other event, though nobody was told that it is kept.
 *
 * The store is opened at the first call; one that cannot be used has that call, and each after it until it
 * can be, reject with an {@link OutboxError}.
 *
 * @throws {TypeError} naming the option that is wrong and what was expected
 * @example
 * ```ts
 * import { createClient, denoKvOutbox } from "@intercom-events/deno";
 *
 * await using client = createClient({
 *   token: Deno.env.get("INTERCOM_ACCESS_TOKEN")!,
 *   outbox: denoKvOutbox({ path: "/var/lib/shop/intercom-events.kv" }),
 * });
 * ```
 */
export function denoKvOutbox(options: DenoKvOutboxOptions = {}): Outbox {
  const policy = resolveOutboxOptions(options, ["path", "busyTimeout"]);
  const path = resolvePath(options.path);
  const timeout = outboxInteger("busyTimeout", options.busyTimeout ?? 5000, 0);
  let store: Store | undefined;
  let isClosed = false;
  /** The call before: calls of one outbox would only be in each other's way. */
  let last: Promise<unknown> = Promise.resolve();

  async function open(): Promise<Store> {
    const kv = await openKvStore(path, timeout);
    const file = path === undefined ? undefined : realPath(path);
    const owner = beginKvOwner(file);
    return { kv, file, owner, lookedAt: undefined, verbs: kvVerbs(kv, { owner: owner.id, policy, timeout }) };
  }

  /** Frees what owners that have died had leased, if it is time to look for them again. */
  async function lookForDead(verbs: KvVerbs): Promise<void> {
    const now = performance.now();
    if (!store || (store.lookedAt !== undefined && now - store.lookedAt < LOOK_INTERVAL)) return;
    await freeDeadOwners(store.file, store.owner.id, verbs.free);
    store.lookedAt = now;
  }

  /** Runs after the calls before it. */
  function call<T>(doing: string, run: (verbs: KvVerbs) => Promise<T>): Promise<T> {
    if (isClosed) return Promise.reject(new OutboxError("closed", `Cannot ${doing}: the outbox is closed`));
    const result = last.then(async () => {
      try {
        store ??= await open();
        return await run(store.verbs);
      } catch (error) {
        throw toOutboxError(error, doing);
      }
    });
    last = result.catch(() => undefined);
    return result;
  }

  async function* ids(): AsyncGenerator<string, void, undefined> {
    let after: string | undefined;
    do {
      const page = await call("read ids", (verbs) => verbs.idsAfter(after));
      yield* page.ids;
      after = page.next;
    } while (after !== undefined);
  }

  async function* deadLetters(): AsyncGenerator<DeadLetter, void, undefined> {
    let page: LettersPage | undefined;
    do {
      const before: LettersPage | undefined = page;
      page = await call("read dead letters", (verbs) => verbs.lettersAfter(before));
      yield* page.letters;
    } while (page.next !== undefined);
  }

  return {
    append: (records: readonly OutboxRecord[], leaseUntil?: number) =>
      call("keep events", async ({ takeBack, append }) => {
        await takeBack();
        await append(records, leaseUntil);
      }),
    lease: (request: LeaseRequest) =>
      call("lease events", async (verbs) => {
        await verbs.takeBack();
        await lookForDead(verbs);
        return verbs.lease(request);
      }),
    renew: (ids: readonly string[], until: number) => call("renew leases", ({ renew }) => renew(ids, until)),
    update: (records: readonly OutboxRecord[], leaseUntil?: number) =>
      call("update events", ({ update }) => update(records, leaseUntil)),
    settle: (endings: readonly Ending[], now: number) =>
      call("end events", ({ settle }) => settle(endings, now)),
    counts: () => call("count events", ({ counts }) => counts()),
    ids,
    deadLetters,
    close() {
      if (!isClosed) {
        isClosed = true;
        last = last.then(async () => {
          if (store === undefined) return;
          const { kv, owner, verbs } = store;
          let hasLeases = true;
          try {
            await verbs.takeBack();
            await verbs.free(owner.id);
            hasLeases = false;
          } catch {
            // Others see that it has ended and take them, and closing must not fail for it.
          } finally {
            kv.close();
            owner.end(hasLeases);
          }
        });
      }
      return last.then(() => undefined);
    },
  };
}

/** Without symbolic links, as a file may have several names. */
function realPath(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined; // Who may use the file need not be allowed to know where it is.
  }
}

function resolvePath(path: unknown): string | undefined {
  if (path === undefined) return undefined;
  if (typeof path === "string" && path !== "" && path !== ":memory:" && !path.includes("\0")) return path;
  throw wrongOutboxOption("path", "the path of a file", path);
}
