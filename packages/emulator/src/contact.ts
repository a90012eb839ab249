import { createHash } from "node:crypto";
import { checkKeys, isText, misuse } from "./misuse.ts";

/** Someone events belong to. */
export interface Contact {
  /** Intercom's own id: 24 hexadecimal digits. */
  readonly id: string;
  /** The id in the customer's own system; of a lead or visitor, the visitor id the Messenger gave. */
  readonly user_id?: string;
  /** Its e-mail address, which other contacts may have as well. */
  readonly email?: string;
  /** Which of its identities name it: all of a user, the `id` alone of a lead. */
  readonly role: Role;
}

/** Whom a contact is: known to the customer, known to have written, or only seen by the Messenger. */
export type Role = "user" | "lead" | "visitor";

/** A contact and the workspace it belongs to. */
export interface KnownContact extends Contact {
  /** The workspace of the token or app id it was made with, or the one it was put into. */
  readonly workspace: string;
}

/** A contact to put into the emulator: at least one of `id`, `user_id` and `email`. */
export interface ContactInput {
  /** 24 hexadecimal digits. @default that of the user with this `user_id`, or else derived from the others, the same each time */
  readonly id?: string | undefined;
  /** The id in the customer's own system. */
  readonly user_id?: string | undefined;
  /** Its e-mail address. */
  readonly email?: string | undefined;
  /** A lead is only found by `id`, a visitor by `id` and `user_id`. @default "user" */
  readonly role?: Role | undefined;
  /** Where it belongs. @default "default" */
  readonly workspace?: string | undefined;
}

/** The identities a request may name a contact by. */
export type Identities = Partial<Pick<Contact, "id" | "user_id" | "email">>;

/**
 * Checks a list of contacts.
 * @throws TypeError naming the first thing that is wrong
 */
export function parseContacts(value: unknown): readonly ContactInput[] {
  const action = "set contacts";
  if (!Array.isArray(value)) throw misuse(action, "contacts", "a list", value);
  return value.map((contact: unknown, index) => checkContact(contact, { name: `[${index}]`, action }));
}

interface ContactCheck {
  /** What messages call the contact. */
  readonly name: string;
  readonly action: string;
  /** True: an id need not look like Intercom's, as that of a contact an event has created. @default false */
  readonly anyId?: boolean;
}

/**
 * Checks a contact.
 * @throws TypeError naming the first thing that is wrong
 */
export function checkContact(value: unknown, { name, action, anyId = false }: ContactCheck): ContactInput {
  checkKeys(action, value, { name, known: ["id", "user_id", "email", "role", "workspace"] });
  for (const key of ["user_id", "email", "workspace", ...(anyId ? ["id"] : [])]) {
    const text = value[key];
    if (text !== undefined && !isText(text)) {
      throw misuse(action, `${name}.${key}`, "a non-empty string", text);
    }
  }
  const { id, role } = value;
  if (id !== undefined && !anyId && !(isText(id) && /^[0-9a-f]{24}$/.test(id))) {
    throw misuse(action, `${name}.id`, "24 hexadecimal digits", id);
  }
  if (role !== undefined && role !== "user" && role !== "lead" && role !== "visitor") {
    throw misuse(action, `${name}.role`, '"user", "lead" or "visitor"', role);
  }
  if (id === undefined && value.user_id === undefined && value.email === undefined) {
    throw new TypeError(`Cannot ${action}: "${name}" needs one of id, user_id, email`);
  }
  return value;
}

/**
 * An id that looks like Intercom's and follows from the identities, so that a contact that is
 * removed and put back is the same one.
 */
export function deriveContactId(
  workspace: string,
  { user_id, email }: Pick<ContactInput, "user_id" | "email">,
): string {
  const identity = user_id === undefined ? ["email", email] : ["user_id", user_id];
  return createHash("sha256")
    .update(JSON.stringify([workspace, ...identity]))
    .digest("hex")
    .slice(0, 24);
}
