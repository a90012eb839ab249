import { expect, test } from "vitest";
import { createBench } from "../test/emulator-bench.ts";

const fault = { status: 503, times: 1 };

test.each([[[fault]], [fault], [{ faults: [fault] }]])("PUT /_emulator/faults takes %j", async (body) => {
  const { emulator, call } = createBench();
  const reply = await call("/_emulator/faults", { method: "PUT", body: JSON.stringify(body) });
  expect(reply.status).toBe(204);
  expect(emulator.faults()).toMatchObject([fault]);
});

const contact = { user_id: "314159" };

test.each([
  ["PUT", [contact]],
  ["PUT", contact],
  ["PUT", { contacts: [contact] }],
  ["POST", contact],
])("%s /_emulator/contacts takes %j", async (method, body) => {
  const { emulator, call } = createBench();
  expect((await call("/_emulator/contacts", { method, body: JSON.stringify(body) })).ok).toBe(true);
  expect(emulator.contacts()).toMatchObject([contact]);
});

test.each([
  ["faults", "{}", 'Cannot set faults: "faults" must be a list, got an object'],
  ["faults", "", "the body is no JSON"],
  ["faults", "null", 'Cannot set faults: "faults" must be a list, got null'],
  ["faults", '{"faults":{}}', 'Cannot set faults: "faults" must be a list, got an object'],
  ["faults", "[{status:503}]", "the body is no JSON"],
  [
    "faults",
    '{"status":5}',
    'Cannot set faults: "[0].status" must be an integer from 200 to 599, got number 5',
  ],
  [
    "contacts",
    '{"faults":[]}',
    'Cannot set contacts: "faults" is not one of id, user_id, email, role, workspace',
  ],
])("PUT /_emulator/%s refuses %j", async (path, body, error) => {
  const reply = await createBench().call(`/_emulator/${path}`, { method: "PUT", body });
  expect([reply.status, await reply.json()]).toEqual([400, { error }]);
});
