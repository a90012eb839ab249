import { type Contact, type ContactInput, deriveContactId, type Identities } from "./contact.ts";

/** The contacts of one workspace. */
export interface ContactBook {
  put(contact: ContactInput): Contact;
  /** The contact a request names; `"ambiguous"` when several users have the e-mail address. */
  find(named: Identities): Contact | "ambiguous" | undefined;
  /** Like `find`, and creates the contact, or adds to it the identities it lacked. */
  findOrCreate(named: Identities): Contact | "ambiguous";
  /** The visitor, or the lead it became, of a browser that the Messenger knows by its visitor id. */
  visitor(visitorId: string): Contact;
  /** In the order they were created. */
  list(): Contact[];
  size(): number;
  clear(): void;
}

type Kind = "id" | "user_id" | "email";

// Which of several identities counts is not documented; see the README's assumptions.
const precedence = ["id", "user_id", "email"] as const satisfies Kind[];

/** Creates an empty contact book for `workspace`. `onPut` gets every contact that is created or changed, and what it was before. */
export function createContactBook(
  workspace: string,
  onPut: (contact: Contact, before: Contact | undefined) => void = () => {},
): ContactBook {
  const index = { id: new Map<string, Contact>(), user_id: new Map(), email: new Map() } as Record<
    Kind,
    Map<string, Contact>
  >;
  const visitors = new Map<string, Contact>();
  /** The users of each e-mail address that has several; one of them is in the index. */
  const sharedEmails = new Map<string, Set<Contact>>();

  function put(input: ContactInput): Contact {
    const { user_id, email, role = "user", id = idOf(input) } = input;
    const contact = { id, ...(user_id && { user_id }), ...(email && { email }), role };
    const before = index.id.get(id);
    if (before) forget(before);
    index.id.set(id, contact);
    // Leads are only reached by id ("Lead Events" in the reference): an e-mail address need not be unique among
    // them. The visitor's user_id, which getVisitorId returns, is usable over REST (the methods page).
    if (role !== "user" && user_id) visitors.set(user_id, contact);
    if (role === "user" && email) {
      const other = index.email.get(email);
      if (other) sharedEmails.set(email, (sharedEmails.get(email) ?? new Set([other])).add(contact));
      index.email.set(email, contact);
    }
    if (role !== "lead" && user_id) {
      const other = index.user_id.get(user_id);
      if (other) put({ id: other.id, ...(other.email && { email: other.email }), role: other.role });
      index.user_id.set(user_id, contact);
    }
    onPut(contact, before);
    return contact;
  }

  /** Two contacts cannot have one user_id, so that names the one that is there, whatever its id. */
  function idOf(input: ContactInput): string {
    const known = input.user_id && index.user_id.get(input.user_id);
    return known ? known.id : deriveContactId(workspace, input);
  }

  /** A contact that is put again under its id is no longer found by what it was before. */
  function forget(contact: Contact): void {
    const { user_id = "", email = "" } = contact;
    if (visitors.get(user_id) === contact) visitors.delete(user_id);
    if (index.user_id.get(user_id) === contact) index.user_id.delete(user_id);
    const users = sharedEmails.get(email);
    users?.delete(contact);
    if (index.email.get(email) === contact) {
      const [other] = users ?? [];
      if (other) index.email.set(email, other);
      else index.email.delete(email);
    }
    if (users?.size === 1) sharedEmails.delete(email);
  }

  function find(named: Identities): Contact | "ambiguous" | undefined {
    const kind = precedence.find((candidate) => named[candidate] !== undefined);
    const value = kind && named[kind];
    if (value === undefined) return undefined;
    if (kind === "email" && sharedEmails.has(value)) return "ambiguous";
    return index[kind as Kind].get(value);
  }

  /** A contact known by one of the lesser identities which could be the one that is named. */
  function findRelated(named: Identities): Contact | undefined {
    if (named.id !== undefined || named.user_id === undefined || named.email === undefined) return undefined;
    const contact = index.email.get(named.email);
    return contact?.user_id === undefined ? contact : undefined;
  }

  function findOrCreate(named: Identities): Contact | "ambiguous" {
    const found = find(named) ?? findRelated(named);
    if (found === "ambiguous") return found;
    const user_id = found?.user_id ?? free("user_id", named.user_id);
    const email = found?.email ?? free("email", named.email);
    if (found && (found.role !== "user" || (user_id === found.user_id && email === found.email)))
      return found;
    const id = found?.id ?? named.id;
    return put({ ...(id && { id }), ...(user_id && { user_id }), ...(email && { email }) });
  }

  /** `value`, unless it is another contact's; `findRelated` has had its say before. */
  function free(kind: Kind, value: string | undefined): string | undefined {
    return value === undefined || index[kind].has(value) ? undefined : value;
  }

  return {
    put,
    find,
    findOrCreate,
    visitor: (visitorId) => visitors.get(visitorId) ?? put({ user_id: visitorId, role: "visitor" }),
    list: () => [...index.id.values()],
    size: () => index.id.size,
    clear() {
      for (const contacts of [...Object.values(index), visitors, sharedEmails]) contacts.clear();
    },
  };
}
