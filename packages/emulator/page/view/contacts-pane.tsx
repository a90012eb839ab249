import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { KnownContact } from "../../src/contact.ts";
import type { Row } from "../../src/page-rows.ts";
import { AddContact } from "./add-contact.tsx";
import { CopyButton } from "./copy-button.tsx";
import { ListPane } from "./list-pane.tsx";
import { usePage } from "./page-context.ts";
import { SearchBox } from "./search-box.tsx";

/** The contacts that exist. */
export function ContactsPane(): JSX.Element {
  const { contacts, settings } = usePage().session;
  const selected = useSignal<Row<KnownContact> | undefined>(undefined);
  const { search = "" } = contacts.filter.value;
  const isStrict = settings.value.contacts === "strict";
  const toolbar = (
    <>
      <SearchBox
        label="Search contacts"
        value={search}
        onSearch={(text) => contacts.setFilter({ search: text })}
      />
      <AddContact />
    </>
  );
  return (
    <ListPane
      id="contact"
      noun="contacts"
      feed={contacts}
      isFiltered={search !== ""}
      selected={selected}
      toolbar={toolbar}
      columns={["User id", "E-mail", "Role", "Id"]}
      drawRow={(contact) => <ContactRow contact={contact} />}
      drawDetails={(contact) => <ContactDetails contact={contact} />}
      empty={
        <div class="empty">
          <h2>No contact yet</h2>
          <p>
            {isStrict
              ? "Contacts are strict: events of others than those added here are answered with 404."
              : "A contact is created when an event first names it."}
          </p>
        </div>
      }
    />
  );
}

function ContactRow({ contact }: { readonly contact: KnownContact }): JSX.Element {
  const { id, user_id, email, role } = contact;
  return (
    <div class="cells contact">
      <span class="name">{user_id ?? "–"}</span>
      <span class="who">{email ?? "–"}</span>
      <span class="badge">{role}</span>
      <span class="code id">{id}</span>
    </div>
  );
}

function ContactDetails({ contact }: { readonly contact: KnownContact }): JSX.Element {
  const { session, sights } = usePage();
  const { id, user_id, email, role, workspace } = contact;
  return (
    <>
      <h2>{user_id ?? email ?? id}</h2>
      <dl class="facts">
        <dt>Id</dt>
        <dd class="code">{id}</dd>
        <dt>User id</dt>
        <dd>{user_id ?? "none"}</dd>
        <dt>E-mail</dt>
        <dd>{email ?? "none"}</dd>
        <dt>Role</dt>
        <dd>{role}</dd>
        <dt>Workspace</dt>
        <dd>{workspace}</dd>
      </dl>
      <div class="actions">
        <button
          type="button"
          onClick={() => {
            session.events.setFilter({ contact: id });
            sights.open("events");
          }}
        >
          Events of this contact
        </button>
        <CopyButton text={JSON.stringify(contact, null, 2)} label="Copy JSON" />
      </div>
    </>
  );
}
