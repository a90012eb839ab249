import { expect, test } from "vitest";
import { createContactBook } from "./contact-book.ts";

const id = "63a0979a5eeebeaf28dd56ba";
const email = "a@example.com";

test("a contact keeps its id when it is named in another way, or put back", () => {
  const book = createContactBook("w");
  const both = book.findOrCreate({ user_id: "1", email });
  expect(book.find({ user_id: "1" })).toBe(both);
  expect(book.find({ email })).toBe(both);
  book.clear();
  expect(book.put({ user_id: "1", email })).toEqual(both);
  expect(createContactBook("other").put({ user_id: "1", email }).id).not.toBe(
    both === "ambiguous" || both.id,
  );
});

test("the id wins over user_id, and user_id over email", () => {
  const book = createContactBook("w");
  book.put({ id, user_id: "1", email });
  book.put({ user_id: "2", email: "b@example.com" });
  expect(book.find({ id, user_id: "2", email: "b@example.com" })).toMatchObject({ id });
  expect(book.find({ user_id: "1", email: "b@example.com" })).toMatchObject({ id });
  expect(book.find({ user_id: "nobody", email })).toBeUndefined();
});

test("a contact learns the identities it lacks, but never another contact's", () => {
  const book = createContactBook("w");
  const known = book.findOrCreate({ email });
  expect(book.findOrCreate({ user_id: "1", email })).toMatchObject({ ...Object(known), user_id: "1" });
  expect(book.findOrCreate({ user_id: "1", email: "new@example.com" })).toMatchObject({
    user_id: "1",
    email,
  });
  const second = book.findOrCreate({ user_id: "2", email });
  expect(second).toEqual({ id: expect.any(String), user_id: "2", role: "user" });
  expect(book.find({ email })).toMatchObject({ user_id: "1" });
  expect(book.size()).toBe(2);
});

test("a visitor is found by its ids, and again by the Messenger, a lead by id only", () => {
  const book = createContactBook("w");
  const visitor = book.visitor("visitor-1");
  expect(visitor.role).toBe("visitor");
  expect(book.visitor("visitor-1")).toBe(visitor);
  expect(book.find({ id: visitor.id })).toBe(visitor);
  expect(book.find({ user_id: "visitor-1" })).toBe(visitor);
  expect(book.findOrCreate({ id: visitor.id, email })).toBe(visitor);
  const lead = book.put({ ...visitor, role: "lead" });
  expect(book.visitor("visitor-1")).toBe(lead);
  expect(book.find({ user_id: "visitor-1" })).toBeUndefined();
  expect(book.size()).toBe(1);
  book.put({ id, email, role: "lead" });
  expect(book.find({ email })).toBeUndefined();
});

test("an e-mail address that several users have is ambiguous until one alone has it again", () => {
  const book = createContactBook("w");
  const users = ["1", "2", "3"].map((user_id) => book.put({ user_id, email }));
  book.put({ user_id: "2", email }); // the same once more
  expect(book.find({ email })).toBe("ambiguous");
  book.put({ user_id: "3", email: "c@example.com" });
  expect(book.find({ email })).toBe("ambiguous");
  book.put({ user_id: "2", role: "lead", email });
  expect(book.find({ email })).toBe(users[0]);
  expect(book.find({ email: "c@example.com" })).toMatchObject({ user_id: "3" });
  book.put({ user_id: "1" });
  expect(book.find({ email })).toBeUndefined();
});

test("a contact put without an id is the one that has its user_id, whatever its id", () => {
  const book = createContactBook("w");
  book.put({ id, user_id: "1", email });
  expect(book.put({ user_id: "1", email })).toEqual({ id, user_id: "1", email, role: "user" });
  expect([book.size(), book.find({ email })]).toEqual([1, expect.objectContaining({ id })]);
});

test("a user_id names one contact: one that is put takes it from the other, which keeps the rest", () => {
  const changed: unknown[] = [];
  const book = createContactBook("w", (contact) => changed.push(contact));
  const other = "b".repeat(24);
  book.put({ id, user_id: "1", email });
  book.put({ id: other, user_id: "1" });
  expect(book.find({ user_id: "1" })).toMatchObject({ id: other });
  const rest = { id, email, role: "user" };
  expect([book.find({ email }), book.list()[0], changed[1]]).toEqual([rest, rest, rest]);
  book.put({ id: other, user_id: "2" });
  expect(book.findOrCreate({ user_id: "1" })).toEqual({ id: expect.any(String), user_id: "1", role: "user" });
  expect(book.size()).toBe(3);
});
