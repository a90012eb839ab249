import { expect, test } from "vitest";
import { createBench, event } from "../test/emulator-bench.ts";

const id = "63a0979a5eeebeaf28dd56ba";

/** One of everything that is stored. */
async function filled() {
  const bench = createBench();
  const { emulator, post, call } = bench;
  emulator.putContacts([
    { id, email: "lead@example.com", role: "lead" },
    { user_id: "v", role: "visitor" },
  ]);
  await post(
    event({ email: "a@example.com", metadata: { items: 3, price: { amount: 5, currency: "eur" } } }),
  );
  await post(event({ event_name: "Old.Name" }));
  emulator.archiveEventName("old-name");
  const summary = {
    user_id: "314159",
    event_summaries: { event_name: "seeded", count: 4, first: 1, last: 9 },
  };
  await call("/events/summaries", {
    method: "POST",
    body: JSON.stringify(summary),
    headers: { "content-type": "application/json" },
  });
  await post(event({ event_name: "seeded", created_at: 12 }));
  return bench;
}

const summaryOf = (bench: Awaited<ReturnType<typeof filled>>) =>
  bench.json("/events?type=user&user_id=314159&summary=true");

test("what is exported and imported is the same again", async () => {
  const first = await filled();
  const exported = [...first.emulator.export()].join("");
  const second = createBench();
  expect(await second.emulator.import(exported)).toEqual({ imported: 10, skipped: 0 });
  for (const part of ["events", "contacts", "eventNames"] as const) {
    expect(second.emulator[part]()).toEqual(first.emulator[part]());
  }
  expect(await summaryOf(second)).toEqual(await summaryOf(first));
  expect(await summaryOf(second)).toMatchObject({
    events: expect.arrayContaining([expect.objectContaining({ name: "seeded", count: 5 })]),
  });
  expect([...second.emulator.export()].join("")).toBe(exported);
  expect((await second.post(event({ event_name: "OLD-NAME" }))).status).toBe(202);
  expect(second.emulator.events()).toHaveLength(3);
});

test("over HTTP too, in pieces that cut lines and characters", async () => {
  const first = await filled();
  await first.post(event({ event_name: "€" }));
  const exported = await (await first.call("/_emulator/export")).text();
  expect(exported).toBe([...first.emulator.export()].join(""));
  const second = createBench();
  const bytes = new TextEncoder().encode(exported);
  const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
  expect(await second.emulator.import(pieces)).toMatchObject({ skipped: 0 });
  expect(second.emulator.events()).toEqual(first.emulator.events());
  const again = await second.call("/_emulator/import", { method: "POST", body: exported });
  expect([again.status, await again.json()]).toEqual([200, { imported: 8, skipped: 4 }]);
  expect(second.emulator.events()).toEqual(first.emulator.events());
});

test("a name that is imported is known in its folded form, in which events use it", async () => {
  const { emulator, post } = createBench({ eventNames: 1 });
  await emulator.import('{"type":"event_name","workspace":"default","name":"A.b","archived":false}');
  expect((await post(event({ event_name: "A.b" }))).status).toBe(202);
  expect(emulator.eventNames()).toEqual([{ workspace: "default", name: "a-b", archived: false }]);
});

test("a count of an archived name leaves it archived, and comes whatever the limit of names", async () => {
  const { emulator } = createBench({ eventNames: 1 });
  const count = { type: "event_count", workspace: "w", contact: id, count: 4, first: 1, last: 9 };
  const lines = [
    { type: "event_name", workspace: "w", name: "old", archived: true },
    { ...count, name: "new" },
    { ...count, name: "old" },
  ];
  await emulator.import(lines.map((line) => JSON.stringify(line)).join("\n"));
  expect(emulator.eventNames()).toMatchObject([
    { name: "old", archived: true },
    { name: "new", archived: false },
  ]);
  const exported = [...emulator.export()].join("");
  expect(exported.match(/event_count/g)).toHaveLength(2);
});

const line = { type: "event", workspace: "w", id: "e", event_name: "a", created_at: 1, intercom_user_id: id };
test("a contact that was created under an id of any form can be put back", async () => {
  const first = createBench();
  await first.post(event({ user_id: undefined, id: "lead-1" }));
  const exported = [...first.emulator.export()].join("");
  const second = createBench();
  expect(await second.emulator.import(exported)).toEqual({ imported: 3, skipped: 0 });
  expect([...second.emulator.export()].join("")).toBe(exported);
});

test("what comes during an export is left out as a whole", async () => {
  const first = createBench();
  for (let at = 0; at < 600; at += 1) await first.post(event({ user_id: `user-${at}` }));
  const pieces = first.emulator.export()[Symbol.iterator]();
  const exported = [pieces.next().value];
  await first.post(event({ user_id: "late", event_name: "late" }));
  for (let piece = pieces.next(); !piece.done; piece = pieces.next()) exported.push(piece.value);
  const { emulator } = createBench();
  await emulator.import(exported);
  expect([emulator.contacts().length, emulator.eventNames().length, emulator.events().length]).toEqual([
    600, 1, 600,
  ]);
});

const count = { type: "event_count", workspace: "w", contact: id, name: "a", first: 1, last: 1, count: 1 };

test.each<[unknown, string]>([
  ["{", "line 1 is no JSON"],
  [[], '"line 1" must be an object, got a list'],
  [{ type: "user" }, '"line 1.type" must be "contact", "event_name", "event" or "event_count", got "user"'],
  [{ type: "contact", user_id: "1", id }, '"line 1.workspace" must be a non-empty string, got undefined'],
  [{ ...line, id: 5 }, '"line 1.id" must be a non-empty string, got number 5'],
  [
    { ...line, extra: 5 },
    '"extra" is not one of workspace, id, event_name, created_at, intercom_user_id, user_id, email, metadata',
  ],
  [{ ...line, intercom_user_id: 5 }, '"line 1.intercom_user_id" must be a non-empty string, got number 5'],
  [
    { type: "contact", workspace: "w", role: "user", id: "" },
    '"line 1.id" must be a non-empty string, got ""',
  ],
  [{ ...count, last: 1e11 }, '"line 1.last" must be Unix seconds, got number 100000000000'],
  [{ ...count, count: 1e16 }, '"line 1.count" must be a number, 0 or more, got number 10000000000000000'],
  [
    { ...line, metadata: { a: [] } },
    `"line 1" is no event that Intercom accepts: found unpermitted parameter: :a`,
  ],
])("the line %j is refused", async (value, message) => {
  const { emulator, call } = createBench();
  const text = typeof value === "string" ? value : JSON.stringify(value);
  await expect(emulator.import(text)).rejects.toThrow(new TypeError(`Cannot import: ${message}`));
  const reply = await call("/_emulator/import", { method: "POST", body: text });
  expect([reply.status, await reply.json()]).toEqual([400, { error: `Cannot import: ${message}` }]);
});

test("a line that never ends is refused before it fills the memory", async () => {
  const { emulator } = createBench();
  async function* endless(): AsyncGenerator<string> {
    for (;;) yield "x".repeat(65_536);
  }
  await expect(emulator.import(endless())).rejects.toThrow("Cannot import: line 1 is longer than 2097152");
});

test("lines before a wrong one have their effect", async () => {
  const { emulator } = createBench();
  await expect(emulator.import(`${JSON.stringify(line)}\n\n{`)).rejects.toThrow("line 3 is no JSON");
  expect(emulator.events()).toEqual([line]);
});

test("bytes that end within a character are not taken for whole", async () => {
  const { emulator } = createBench();
  const pieces = [Buffer.from(`${JSON.stringify(line)}\n`), Buffer.of(0xf0, 0x9f)];
  await expect(emulator.import(pieces)).rejects.toThrow("Cannot import: line 2 is no JSON");
});

test.each([
  [undefined, "undefined"],
  [{ text: "" }, "an object"],
  [Buffer.from("{}"), "an object"],
])("what is no text cannot be imported: %j", async (pieces, got) => {
  await expect(createBench().emulator.import(pieces as never)).rejects.toThrow(
    new TypeError(`Cannot import: "pieces" must be text, or a list or a stream of pieces of it, got ${got}`),
  );
});
