import type { JSX } from "preact";
import type { StoredEvent } from "../../src/stored-event.ts";
import { readValue } from "../draw/read-value.ts";
import { isoTime, showMoment } from "../draw/show-time.ts";
import { CopyButton } from "./copy-button.tsx";
import { MetadataValue } from "./metadata-value.tsx";
import { usePage } from "./page-context.ts";

/** An event, and ways to find others like it. */
export function EventDetails({ event }: { readonly event: StoredEvent }): JSX.Element {
  const { events } = usePage().session;
  const { event_name, created_at, user_id, email, intercom_user_id, workspace, id, metadata = {} } = event;
  const entries = Object.entries(metadata);
  return (
    <>
      <h2>{event_name}</h2>
      <dl class="facts">
        <dt>Created</dt>
        <dd>
          <time dateTime={isoTime(created_at * 1000)}>{showMoment(created_at * 1000)}</time>{" "}
          <span class="raw">{created_at}</span>
        </dd>
        {user_id !== undefined && (
          <>
            <dt>User id</dt>
            <dd>{user_id}</dd>
          </>
        )}
        {email !== undefined && (
          <>
            <dt>E-mail</dt>
            <dd>{email}</dd>
          </>
        )}
        <dt>Contact</dt>
        <dd class="code">{intercom_user_id}</dd>
        <dt>Workspace</dt>
        <dd>{workspace}</dd>
        <dt>Event id</dt>
        <dd class="code">{id}</dd>
      </dl>
      <div class="actions">
        <button type="button" onClick={() => events.setFilter({ name: event_name })}>
          Events of this name
        </button>
        <button type="button" onClick={() => events.setFilter({ contact: intercom_user_id })}>
          Events of this contact
        </button>
        <CopyButton text={JSON.stringify(event, null, 2)} label="Copy JSON" />
      </div>
      <h3>Metadata</h3>
      {entries.length === 0 ? (
        <p class="hint">None was sent.</p>
      ) : (
        <table class="metadata">
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col">Shown as</th>
              <th scope="col">Kind</th>
            </tr>
          </thead>
          <tbody>
            {entries.map(([key, value]) => (
              <tr key={key}>
                <th scope="row">{key}</th>
                <td>
                  <MetadataValue name={key} value={value} /> <Raw name={key} value={value} />
                </td>
                <td class="kind">{readValue(key, value).kind}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

type Entry = { readonly name: string; readonly value: NonNullable<StoredEvent["metadata"]>[string] };

/** What was sent, where it is not what is shown. */
function Raw({ name, value }: Entry): JSX.Element | null {
  const read = readValue(name, value);
  if (read.kind === "link" && read.text !== read.href) return <span class="raw">{read.href}</span>;
  return "raw" in read ? <span class="raw">{read.raw}</span> : null;
}
