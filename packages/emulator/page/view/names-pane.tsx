import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { EventName } from "../../src/event-names.ts";
import { foldEventName } from "../../src/fold-event-name.ts";
import { callControl } from "../model/api.ts";
import { ActionError } from "./action-error.tsx";
import { MeterBar } from "./meter-bar.tsx";
import { usePage } from "./page-context.ts";
import { useAction } from "./use-action.ts";

/** Rows drawn of names: those of a few workspaces, with archived ones. */
const shownAtOnce = 500;

/** The event names, against the places a workspace has for them. */
export function NamesPane(): JSX.Element {
  const { names, settings } = usePage().session;
  const search = useSignal("");
  const wanted = foldEventName(search.value); // names are kept in that form
  const workspaces = [...new Set(names.value.map(({ workspace }) => workspace))].sort();
  const found = names.value
    .filter(({ name }) => name.includes(wanted))
    .sort((a, b) => Number(a.archived) - Number(b.archived) || (a.name < b.name ? -1 : 1));
  if (names.value.length === 0) {
    return (
      <div class="empty">
        <h2>No event name yet</h2>
        <p>A name takes one of {settings.value.eventNames} places when it is first sent.</p>
      </div>
    );
  }
  return (
    <div class="sheet">
      {workspaces.map((workspace) => (
        <Budget key={workspace} workspace={workspace} />
      ))}
      <input
        type="search"
        class="search"
        aria-label="Search names"
        placeholder="Search names"
        value={search.value}
        onInput={({ currentTarget }) => {
          search.value = currentTarget.value;
        }}
      />
      <NamesTable names={found.slice(0, shownAtOnce)} />
      {found.length > shownAtOnce && <p class="hint">{found.length - shownAtOnce} more: search for them.</p>}
    </div>
  );
}

function Budget({ workspace }: { readonly workspace: string }): JSX.Element {
  const { names, settings } = usePage().session;
  const limit = settings.value.eventNames;
  const active = names.value.filter((name) => name.workspace === workspace && !name.archived).length;
  const fill = Math.min(1, active / limit);
  const left = Math.max(0, limit - active);
  return (
    <div class={`gauge wide ${left === 0 ? "over" : fill > 0.8 ? "high" : ""}`}>
      <span class="gauge-name">Active names of workspace {workspace}</span>
      <span class="gauge-count">
        {active} / {limit}
        <span class="gauge-reset">
          {left === 0
            ? " · a new name is answered with 422"
            : ` · ${left} ${left === 1 ? "place" : "places"} left`}
        </span>
      </span>
      <MeterBar label={`Active names of workspace ${workspace}`} value={active} most={limit} />
    </div>
  );
}

function NamesTable({ names }: { readonly names: readonly EventName[] }): JSX.Element {
  const { session, sights } = usePage();
  const { error, run } = useAction();
  return (
    <>
      <ActionError error={error} />
      <table class="names">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Workspace</th>
            <th scope="col">State</th>
            <th scope="col">
              <span class="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {names.map(({ name, workspace, archived }) => (
            <tr key={JSON.stringify([workspace, name])}>
              <th scope="row">{name}</th>
              <td>{workspace}</td>
              <td>{archived ? <span class="badge">archived</span> : "active"}</td>
              <td>
                <div class="actions">
                  <button
                    type="button"
                    aria-label={`Events of ${name}`}
                    onClick={() => {
                      session.events.setFilter({ name });
                      sights.open("events");
                    }}
                  >
                    Events
                  </button>
                  {!archived && (
                    <button
                      type="button"
                      aria-label={`Archive ${name}`}
                      onClick={({ currentTarget }) => {
                        currentTarget.parentElement?.querySelector("button")?.focus(); // this one will be gone
                        void run(() =>
                          callControl("event-names/archive", { method: "POST", body: { name, workspace } }),
                        );
                      }}
                    >
                      Archive
                    </button>
                  )}
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
