/**
 * What a test asks of the emulator, as plain functions that throw: vitest, node:test and Deno.test
 * run the same ones.
 */
import { strict as assert } from "node:assert";
import type { createEmulator as create, Emulator } from "../src/index.ts";

const second = 1_700_000_000;

async function post(emulator: Emulator, changes: Record<string, unknown> = {}): Promise<number> {
  const body = { event_name: "placed-order", created_at: second, user_id: "1", ...changes };
  const headers = { authorization: "Bearer t", "content-type": "application/json" };
  const url = "http://emulator.test/events";
  const reply = await emulator.fetch(
    new Request(url, { method: "POST", headers, body: JSON.stringify(body) }),
  );
  return reply.status;
}

type Case = (createEmulator: typeof create) => Promise<void>;

/** By name. */
export const assertionCases: Readonly<Record<string, Case>> = {
  "an event that is there already is found at once": async (createEmulator) => {
    const emulator = createEmulator();
    await post(emulator);
    await post(emulator, { event_name: "other" });
    const found = await emulator.waitForEvent({ eventName: "Other" });
    assert.equal(found, emulator.events()[1]);
  },
  "an event that comes later is waited for, past others": async (createEmulator) => {
    const emulator = createEmulator();
    const found = emulator.waitForEvent({ eventName: "placed-order", contact: "1", metadata: { items: 3 } });
    await post(emulator, { metadata: { items: 2 } });
    await post(emulator, { user_id: "2", metadata: { items: 3 } });
    await post(emulator, { created_at: second + 1, metadata: { items: 3, more: true } });
    assert.equal((await found).created_at, second + 1);
  },
  "a contact may be named by an identity it was not sent with": async (createEmulator) => {
    const emulator = createEmulator();
    await post(emulator, { email: "a@example.com" });
    await post(emulator, { email: "a@example.com", created_at: second + 1, user_id: undefined });
    const contact = { user_id: "1", email: "a@example.com" };
    const [event] = emulator.events({ contact, createdAt: second + 1 });
    assert.equal(event?.created_at, second + 1);
    assert.equal(emulator.events({ contact: "1" }).length, 2);
    assert.equal(emulator.events({ contact: event.intercom_user_id }).length, 2);
    assert.equal(emulator.events({ contact: { ...contact, user_id: "2" } }).length, 0);
    assert.equal(emulator.events({ workspace: "another" }).length, 0);
  },
  "when none comes, the message says what came near and what was refused": async (createEmulator) => {
    const emulator = createEmulator({ eventNames: 2 });
    await post(emulator, { user_id: "2", metadata: { items: 2 } });
    await post(emulator, { event_name: "far" });
    await post(emulator, { event_name: "refused-name" });
    const match = { eventName: "placed-order", contact: { user_id: "1" }, metadata: { items: 3 } };
    await assert.rejects(emulator.waitForEvent(match, { timeoutMs: 0 }), (error: Error) => {
      assert.equal(error.name, "AssertionError");
      assert.equal(
        error.message,
        [
          "No event matched within 0 ms",
          "expected an event with { eventName: 'placed-order', contact: { user_id: '1' }, metadata: { items: 3 } }",
          "the nearest of 2 stored:",
          "  'placed-order' of '2' at 1700000000",
          "    contact.user_id: expected '1', got '2'",
          "    metadata.items: expected 3, got 2",
          "  'far' of '1' at 1700000000",
          "    event_name: expected 'placed-order', got 'far'",
          "    metadata.items: expected 3, got undefined",
          "refused:",
          "  POST /events: 422 422, field event_name, event 'refused-name'",
        ].join("\n"),
      );
      return true;
    });
  },
  "with nothing stored, the message says so": async (createEmulator) => {
    const wait = createEmulator().waitForEvent({ eventName: "a" }, { timeoutMs: 1 });
    await assert.rejects(wait, /expected an event with { eventName: 'a' }\nno event is stored$/);
  },
  "requests are found by path, method, status, result and reason": async (createEmulator) => {
    const emulator = createEmulator();
    await post(emulator);
    await post(emulator, { created_at: "soon" });
    assert.equal(emulator.requests({ path: "/events", method: "POST" }).length, 2);
    assert.equal(emulator.requests({ status: 202, result: "stored" }).length, 1);
    assert.equal(emulator.requests({ reason: "bad_request", field: "created_at" }).length, 1);
    assert.equal(emulator.requests({ path: "/" }).length, 0);
    assert.throws(() => emulator.requests({ url: "/" } as never), {
      message:
        'Cannot find requests: "url" is not one of method, path, status, result, reason, field, requestId',
    });
  },
  "reset forgets, and onChange tells": async (createEmulator) => {
    const emulator = createEmulator();
    const seen: string[] = [];
    const stop = emulator.onChange(({ type }) => seen.push(type));
    await post(emulator);
    emulator.reset();
    stop();
    await post(emulator);
    assert.deepEqual(seen, ["rate", "contact", "event_name", "event", "request", "clock", "faults", "reset"]);
    emulator.reset();
    assert.deepEqual([emulator.events(), emulator.requests(), emulator.contacts()], [[], [], []]);
  },
};
