import { DatabaseSync } from "node:sqlite";
import type { Outbox } from "@intercom-events/core";
import { assertEqual } from "../../core/tests/assert-equal.ts";
import { assertRefused, lettersOf, record, records } from "../../core/tests/outbox-contract.ts";
import { type Kv, openDenoKv, toOutboxError } from "./deno-kv.ts";
import { denoKvOutbox } from "./deno-kv-outbox.ts";
import { keys } from "./kv-layout.ts";
import { commit, untilFree } from "./kv-store.ts";
import { openKvStore } from "./open-kv-store.ts";

const NOW = 1_700_000_000_000;
const folder = Deno.makeTempDirSync({ prefix: "outbox-" });
Deno.test.afterAll(() => Deno.removeSync(folder, { recursive: true }));

Deno.test("the outbox in Deno KV refuses a file that is not a database, and leaves it as it was", async () => {
  const path = `${folder}/text.kv`;
  Deno.writeTextFileSync(path, "createdAt;eventName\n".repeat(1000));
  const before = Deno.readTextFileSync(path);
  const outbox = denoKvOutbox({ path });
  await assertRefused(outbox.append([record(1)]), "corrupted");
  await assertRefused(lettersOf(outbox), "corrupted");
  await outbox.close();
  assertEqual(Deno.readTextFileSync(path), before);
});

Deno.test("the outbox in Deno KV refuses a store of a newer schema, and leaves it as it was", async () => {
  const path = `${folder}/newer.kv`;
  const kv = await openDenoKv(path);
  const totals = { version: 2, events: 7 };
  await kv.atomic().set(["intercom-events", "totals"], totals).commit();
  const outbox = denoKvOutbox({ path });
  const error = await assertRefused(outbox.append([record(1)]), "newer_schema");
  assertEqual(error.message.includes("schema version 2, this release knows up to 1; upgrade"), true);
  await outbox.close();
  const kept = [];
  for await (const { key, value } of kv.list({ prefix: [] }, { limit: 999, batchSize: 99 }))
    kept.push([key, value]);
  assertEqual(kept, [[["intercom-events", "totals"], totals]]);
  kv.close();
});

Deno.test("the outbox in Deno KV says how to start Deno where there is no KV", async () => {
  const openKv = Object.getOwnPropertyDescriptor(Deno, "openKv") ?? {};
  try {
    Object.defineProperty(Deno, "openKv", { ...openKv, get: () => undefined });
    const error = await assertRefused(denoKvOutbox({ path: `${folder}/none.kv` }).counts(), "unsupported");
    assertEqual(error.message.includes("--unstable-kv"), true);
  } finally {
    Object.defineProperty(Deno, "openKv", openKv);
  }
});

Deno.test("the outbox in Deno KV leaves alone what else is in the store, and nothing behind", async () => {
  const path = `${folder}/shared.kv`;
  const kv = await openDenoKv(path);
  await kv.atomic().set(["mine"], 1).commit();
  const outbox = denoKvOutbox({ path, maxDeadLetters: 1 });
  const big = records(1, 9, { body: "東".repeat(65_536) });
  await outbox.append(big, NOW);
  await outbox.lease({ limit: 5, now: NOW, until: NOW + 9 });
  const ends = (from: number, to: number, expired: boolean) =>
    big.slice(from, to).map(({ id }) => ({
      id,
      outcome: expired
        ? ({ status: "dropped", reason: "expired" } as const)
        : ({ status: "accepted", attempts: 1 } as const),
    }));
  await outbox.settle(ends(0, 6, true), NOW);
  await outbox.settle(ends(6, 9, false), NOW);
  await outbox.append(records(20, 20));
  await denoKvOutbox({ path, deadLetterAge: 1 }).settle(
    [{ id: record(20).id, outcome: { status: "duplicate" } }],
    NOW + 1,
  );
  assertEqual(await outbox.counts(), { events: 0, bytes: 0, deadLetters: 0 });
  const kept = [];
  for await (const { key } of kv.list({ prefix: [] }, { limit: 999, batchSize: 99 })) kept.push(key);
  assertEqual(kept, [["intercom-events", "totals"], ["mine"]]);
  await outbox.close();
  kv.close();
});

Deno.test("the outbox in Deno KV takes back a batch of which a later part is refused", async () => {
  const path = `${folder}/batch.kv`;
  const outbox = denoKvOutbox({ path, maxEvents: 1000 });
  await outbox.append([record(180)]);
  await assertRefused(outbox.append(records(1, 200)), "failed");
  await assertRefused(outbox.append([...records(1, 60), record(61, { body: "x".repeat(500_000) })]), "full");
  assertEqual(await outbox.lease({ limit: 999, now: NOW, until: NOW }), [record(180)]);
  assertEqual((await outbox.counts()).events, 1);
  await outbox.close();
});

/** Has the disk be full for whatever is to be forgotten, until the returned function is called. */
function refuseToForget(path: string): () => void {
  const db = new DatabaseSync(path);
  db.exec(`
    CREATE TRIGGER no_room BEFORE DELETE ON kv BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END
  `);
  return () => {
    db.exec("DROP TRIGGER no_room");
    db.close();
  };
}

Deno.test("the outbox in Deno KV takes back later what it could not take back at once, and leases none of it", async () => {
  const path = `${folder}/later.kv`;
  const outbox = denoKvOutbox({ path });
  await outbox.append([record(180)]);
  const makeRoom = refuseToForget(path);
  const error = await assertRefused(outbox.append(records(1, 200)), "failed");
  assertEqual(error.message, "Cannot keep events: one of their ids is kept already");
  assertEqual((await outbox.counts()).events, 151);
  await assertRefused(outbox.lease({ limit: 999, now: NOW, until: NOW }), "full");
  await assertRefused(outbox.append([record(1)]), "full");
  makeRoom();
  await outbox.append([record(1)]);
  assertEqual(await outbox.lease({ limit: 999, now: NOW, until: NOW }), [record(1), record(180)]);
  assertEqual((await outbox.counts()).events, 2);
  await outbox.close();
});

Deno.test("the outbox in Deno KV takes back what it could not take back before, when it is closed", async () => {
  const path = `${folder}/closed.kv`;
  const outbox = denoKvOutbox({ path });
  await outbox.append([record(180)]);
  const makeRoom = refuseToForget(path);
  await assertRefused(outbox.append(records(1, 200)), "failed");
  makeRoom();
  await outbox.close();
  const next = denoKvOutbox({ path });
  assertEqual(await next.lease({ limit: 999, now: NOW, until: NOW }), [record(180)]);
  await next.close();
});

/** An outbox whose commits go through a function, once it has made so many. */
async function outboxWith(
  path: string,
  after: number,
  commit: (commit: () => Promise<{ ok: boolean }>) => Promise<{ ok: boolean }>,
): Promise<Outbox> {
  const openKv = Object.getOwnPropertyDescriptor(Deno, "openKv") ?? {};
  let commits = 0;
  async function openFaulty(): Promise<Kv> {
    Object.defineProperty(Deno, "openKv", openKv);
    const kv = await openDenoKv(path);
    const atomic = kv.atomic.bind(kv);
    kv.atomic = () => {
      const operation = atomic();
      const honest = operation.commit.bind(operation);
      operation.commit = () => {
        commits += 1;
        return commits > after ? commit(honest) : honest();
      };
      return operation;
    };
    return kv;
  }
  Object.defineProperty(Deno, "openKv", { ...openKv, get: () => openFaulty });
  const outbox = denoKvOutbox({ path });
  await outbox.counts();
  return outbox;
}

Deno.test("the outbox in Deno KV takes back what a commit may have kept that has failed", async () => {
  const path = `${folder}/unknown.kv`;
  let isSilent = true;
  const outbox = await outboxWith(path, 2, async (commit) => {
    const result = await commit();
    if (!isSilent) return result;
    isSilent = false;
    throw new Error("connection lost");
  });
  await outbox.append([record(180)]);
  await assertRefused(outbox.append(records(1, 80)), "failed");
  assertEqual(await outbox.lease({ limit: 999, now: NOW, until: NOW }), [record(180)]);
  assertEqual((await outbox.counts()).events, 1);
  await outbox.close();
});

Deno.test("the outbox in Deno KV hands out what it has leased when it can lease no more", async () => {
  const path = `${folder}/leases.kv`;
  let isBroken = true;
  const outbox = await outboxWith(path, 3, (commit) => {
    if (isBroken) throw new Error("connection lost");
    return commit();
  });
  await outbox.append(records(1, 90));
  const request = { limit: 999, now: NOW, until: NOW + 9 };
  assertEqual(await outbox.lease(request), records(1, 50));
  await assertRefused(outbox.lease(request), "failed");
  isBroken = false;
  assertEqual(await outbox.lease(request), records(51, 90));
  await outbox.close();
});

Deno.test("the outbox in Deno KV leases what is due at last, more than one commit takes", async () => {
  const outbox = denoKvOutbox({ path: `${folder}/due.kv` });
  await outbox.append(records(1, 120, { dueAt: NOW + 5 }));
  assertEqual(await outbox.lease({ limit: 100, now: NOW, until: NOW + 9 }), []);
  assertEqual((await outbox.lease({ limit: 100, now: NOW + 5, until: NOW + 9 })).length, 100);
  await outbox.close();
});

Deno.test("the outbox in Deno KV forgets all dead letters that are too old, more than one commit takes", async () => {
  const outbox = denoKvOutbox({ path: `${folder}/old.kv`, deadLetterAge: 1000 });
  const outcome = { status: "dropped", reason: "expired" } as const;
  const all = records(1, 101).map(({ id }) => ({ id, outcome }));
  await outbox.append(records(1, 101));
  await outbox.settle(all.slice(0, 100), NOW);
  assertEqual((await outbox.counts()).deadLetters, 100);
  await outbox.settle(all.slice(100), NOW + 1000);
  assertEqual((await outbox.counts()).deadLetters, 1);
  await outbox.close();
});

Deno.test("a commit that failed over what another has changed meanwhile is tried again, any other is not", async () => {
  const kv = await openDenoKv(`${folder}/meanwhile.kv`);
  let plans = 0;
  const answer = await commit(kv, 5000, async (totals) => {
    plans += 1;
    if (plans > 1) return "done";
    await kv.atomic().set(keys.totals, totals).commit();
    throw new Error("gone");
  });
  assertEqual([answer, plans], ["done", 2]);
  const failing = commit(kv, 5000, () => {
    plans += 1;
    throw new Error("broken");
  });
  assertEqual([await failing.catch(String), plans], ["Error: broken", 3]);
  kv.close();
});

Deno.test("a store is tried again after the process was frozen, though the time is over", async () => {
  let tries = 0;
  const found = await untilFree(300, async () => {
    tries += 1;
    if (tries === 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
    return tries > 2 ? { value: "found" } : undefined;
  });
  assertEqual(found, "found");
  const error = await untilFree(300, async () => undefined).catch(String);
  assertEqual(error, "OutboxError: Cannot use outbox: others kept it busy for 300 ms");
});

Deno.test("a store that cannot be looked into is closed again", async () => {
  const openKv = Object.getOwnPropertyDescriptor(Deno, "openKv") ?? {};
  let closed = 0;
  const get = () => Promise.reject(new Error("broken"));
  const close = () => {
    closed += 1;
  };
  try {
    Object.defineProperty(Deno, "openKv", { ...openKv, get: () => async () => ({ get, close }) });
    assertEqual([await openKvStore(undefined, 0).catch(String), closed], ["Error: broken", 1]);
  } finally {
    Object.defineProperty(Deno, "openKv", openKv);
  }
});

Deno.test("what Deno KV says of a file has a code", () => {
  for (const [message, code] of [
    ["file is not a database", "corrupted"],
    ["database disk image is malformed", "corrupted"],
    ["attempt to write a readonly database", "read_only"],
    ["read-only file system", "read_only"],
    ["database or disk is full", "full"],
    ["disk I/O error", "failed"],
  ] as const) {
    const error = toOutboxError(new Error(message), "keep events");
    assertEqual([error.code, error.message], [code, `Cannot keep events: ${message}`]);
  }
});

Deno.test("the outbox in Deno KV keeps an outcome that says too much, cut", async () => {
  const outbox = denoKvOutbox({ path: `${folder}/long.kv` });
  await outbox.append(records(1, 40));
  const errors = Array.from({ length: 1000 }, () => ({ code: "é".repeat(5000), message: "東".repeat(5000) }));
  const outcome = {
    status: "rejected",
    verdict: { kind: "invalid_request", status: 400, errors },
    attempts: 1,
  } as const;
  await outbox.settle(
    records(1, 40).map(({ id }) => ({ id, outcome })),
    NOW,
  );
  const letters = await lettersOf(outbox);
  assertEqual(letters.length, 40);
  const kept = letters[39]?.outcome;
  assertEqual(
    kept?.status === "rejected" && kept.verdict.kind === "invalid_request" && kept.verdict.errors[19],
    { code: "é".repeat(1000), message: "東".repeat(1000) },
  );
  await outbox.close();
});

Deno.test("the outbox in Deno KV refuses options that make no sense", () => {
  for (const [options, message] of [
    [{ path: "" }, '"path" must be the path of a file, got ""'],
    [{ path: ":memory:" }, '"path" must be the path of a file, got ":memory:"'],
    [{ busyTimeout: 0.5 }, '"busyTimeout" must be 0 or a positive integer, got number 0.5'],
    [{ paht: "x" }, '"paht" must be one of path, busyTimeout, '],
  ] as const) {
    try {
      denoKvOutbox(options as object);
      throw new Error("It was taken");
    } catch (error) {
      if (!(error instanceof TypeError && error.message.startsWith(`Cannot open outbox: ${message}`)))
        throw error;
    }
  }
});
