import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { Row, RowPage } from "../../src/page-rows.ts";

/** The part of a long list that is shown: what was loaded, and what came since. */
export interface Feed<Value, Filter> {
  /** Newest first. */
  readonly rows: ReadonlySignal<readonly Row<Value>[]>;
  /** How many match that came while the list was held. */
  readonly waiting: ReadonlySignal<number>;
  /** "end": there is nothing older. */
  readonly status: ReadonlySignal<"loading" | "more" | "end" | "failed">;
  readonly error: ReadonlySignal<string>;
  /** How many values the search has looked at so far. */
  readonly looked: ReadonlySignal<number>;
  readonly filter: ReadonlySignal<Filter>;
  setFilter(filter: Filter): void;
  /** Loads older rows, unless that is under way. */
  loadMore(): void;
  /** Takes what just came, oldest first. */
  add(rows: readonly Row<Value>[]): void;
  /** While held, what comes waits, so that the rows stay where they are. */
  hold(held: boolean): void;
  /** Loads anew; what is shown stays until there is something else. */
  reload(): void;
  /** Loads anew because so many values changed; while held, that waits too. */
  refresh(changes: number): void;
}

/** What a feed needs. */
export interface FeedSource<Value, Filter> {
  readonly filter: Filter;
  matcher(filter: Filter): (value: Value) => boolean;
  fetchPage(filter: Filter, before: number | undefined, signal: AbortSignal): Promise<RowPage<Value>>;
}

/** Rows kept; older ones are loaded again when they are wanted. */
const rowsKept = 20_000;

/** A search goes on by itself until it has found so many rows. */
const enough = 50;

/** Creates a feed that is empty until `reload`. */
export function createFeed<Value, Filter>(source: FeedSource<Value, Filter>): Feed<Value, Filter> {
  const rows = signal<readonly Row<Value>[]>([]);
  const waiting = signal(0);
  const status = signal<"loading" | "more" | "end" | "failed">("loading");
  const error = signal("");
  const looked = signal(0);
  const filter = signal(source.filter);
  let matches = source.matcher(source.filter);
  let kept: Row<Value>[] = []; // waiting, oldest first
  let held = false;
  let next: number | undefined;
  /** The place after the newest row that is known of; what comes with a lesser one is there already. */
  let known = 0;
  let loaded = false;
  /** True: what is shown is not what a page would say. */
  let stale = false;
  let early: Row<Value>[] = [];
  let current = new AbortController();

  async function load(): Promise<void> {
    const { signal: aborted } = current;
    status.value = "loading";
    const wanted = (loaded ? rows.value.length : 0) + enough;
    try {
      do {
        const page = await source.fetchPage(filter.value, next, aborted);
        if (aborted.aborted) return;
        take(page);
      } while (next !== undefined && rows.value.length < wanted);
      status.value = next === undefined ? "end" : "more";
    } catch (reason) {
      if (aborted.aborted) return;
      batch(() => {
        status.value = "failed";
        error.value = (reason as Error).message;
      });
    }
  }

  function take(page: RowPage<Value>): void {
    batch(() => {
      looked.value = page.total - (page.next ?? 0);
      rows.value = loaded ? [...rows.value, ...page.rows] : page.rows;
      next = page.next;
      if (loaded) return;
      loaded = true;
      known = page.total;
      const since = early;
      early = [];
      add(since);
    });
  }

  function add(came: readonly Row<Value>[]): void {
    if (!loaded) {
      early = [...early, ...came].slice(-rowsKept);
      return;
    }
    const fresh = came.filter(({ position }) => position >= known);
    known = Math.max(known, (fresh.at(-1)?.position ?? -1) + 1);
    kept.push(...fresh.filter(({ value }) => matches(value)));
    if (kept.length > rowsKept) kept = kept.slice(-rowsKept);
    if (held) waiting.value = kept.length;
    else show();
  }

  function show(): void {
    if (kept.length === 0) return;
    const all = [...kept.reverse(), ...rows.value];
    kept = [];
    batch(() => {
      waiting.value = 0;
      rows.value = all.slice(0, rowsKept);
      if (all.length <= rowsKept) return;
      next = rows.value.at(-1)?.position;
      if (status.value === "end") status.value = "more";
    });
  }

  function reload(): void {
    current.abort();
    current = new AbortController();
    kept = [];
    early = [];
    next = undefined;
    loaded = false;
    stale = false;
    batch(() => {
      waiting.value = 0;
      looked.value = 0;
      error.value = "";
    });
    void load();
  }

  return {
    rows,
    waiting,
    status,
    error,
    looked,
    filter,
    setFilter(wanted) {
      filter.value = wanted;
      matches = source.matcher(wanted);
      reload();
    },
    loadMore() {
      if (status.value === "more" || (status.value === "failed" && loaded)) void load();
      else if (status.value === "failed") reload();
    },
    add,
    hold(wanted) {
      held = wanted;
      if (held) return;
      if (stale) reload();
      else show();
    },
    reload,
    refresh(changes) {
      if (!held) {
        reload();
        return;
      }
      stale = true;
      waiting.value += changes;
    },
  };
}
