import type { Contact } from "@intercom-events/core";

const IDENTITIES = ["userId", "email", "id"] as const;

/** The one name of a contact, and nothing else of what was answered. */
export interface NamedContact {
  readonly contact: Contact;
  /** The same for the same contact. */
  readonly key: string;
}

/**
 * Reads what `identify` has returned; `undefined` where the caller is not known.
 *
 * @throws {TypeError} for what names no contact, or several
 */
export function nameContact(answer: unknown): NamedContact | undefined {
  if (answer === null || answer === undefined) return undefined;
  const valueFor = (name: string): unknown => Reflect.get(Object(answer), name);
  const given = IDENTITIES.filter((name) => valueFor(name) !== undefined);
  const [name] = given;
  const value = name && valueFor(name);
  if (name === undefined || given.length > 1 || !isNameOf(name, value)) {
    // Of a value only its type is told: it may be somebody's.
    const types = IDENTITIES.map((one) => ` ${one}: ${typeof valueFor(one)}`);
    throw new TypeError(
      `"identify" must answer null for nobody or one of { userId }, { email } and { id }, a text that is not blank, with an "@" in an email, got${types}`,
    );
  }
  const text = name === "email" ? value.toLowerCase() : value;
  return { contact: { [name]: value } as unknown as Contact, key: `${name} ${text}` };
}

/** Whether a client takes it: what that refuses would be the end of each event. */
function isNameOf(name: (typeof IDENTITIES)[number], value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "" && (name !== "email" || value.includes("@"));
}
