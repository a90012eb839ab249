import { expect, test } from "vitest";
import type { ContactInput } from "./contact.ts";
import { createEmulator } from "./index.ts";

test.each<[unknown, string]>([
  [undefined, '"contacts" must be a list, got undefined'],
  [[{}], '"[0]" needs one of id, user_id, email'],
  [[{ user_id: 5 }], '"[0].user_id" must be a non-empty string, got number 5'],
  [[{ id: "5" }], '"[0].id" must be 24 hexadecimal digits, got "5"'],
  [[{ email: "a", role: "admin" }], '"[0].role" must be "user", "lead" or "visitor", got "admin"'],
  [[{ userId: "5" }], '"userId" is not one of id, user_id, email, role, workspace'],
])("the contacts %j are refused", (contacts, message) => {
  expect(() => createEmulator().setContacts(contacts as ContactInput[])).toThrow(
    new TypeError(`Cannot set contacts: ${message}`),
  );
});

test("a list that is refused leaves the contacts as they are", () => {
  const emulator = createEmulator();
  emulator.setContacts([{ user_id: "1" }]);
  const before = emulator.contacts();
  expect(() => emulator.setContacts([{ user_id: "2" }, { email: 5 } as never])).toThrow(TypeError);
  expect(emulator.contacts()).toEqual(before);
});
