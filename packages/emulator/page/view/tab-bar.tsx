import type { JSX } from "preact";
import { type Tab, tabs } from "../model/sights.ts";
import { usePage } from "./page-context.ts";

/** The tabs. Arrow keys move between them. */
export function TabBar(): JSX.Element {
  const { session, sights } = usePage();
  const { events, requests, contacts, eventNames } = session.stats.value;
  const faults = session.faults.value.filter(({ left = 1 }) => left > 0).length;
  const labels: Record<Tab, readonly [text: string, count: string]> = {
    events: ["Events", events.toLocaleString()],
    requests: ["Requests", requests.toLocaleString()],
    contacts: ["Contacts", contacts.toLocaleString()],
    names: ["Event names", String(eventNames)],
    controls: ["Faults & clock", faults > 0 ? String(faults) : ""],
  };

  function onKeyDown(event: KeyboardEvent): void {
    const at = tabs.indexOf(sights.tab.value);
    const target = {
      ArrowRight: tabs[(at + 1) % tabs.length],
      ArrowLeft: tabs.at(at - 1),
      Home: tabs[0],
      End: tabs.at(-1),
    }[event.key];
    if (!target) return;
    event.preventDefault();
    sights.open(target);
  }

  return (
    <div class="tabs" role="tablist" aria-label="What to look at" onKeyDown={onKeyDown}>
      {tabs.map((tab) => {
        const [text, count] = labels[tab];
        const selected = sights.tab.value === tab;
        return (
          <button
            key={tab}
            type="button"
            role="tab"
            id={`tab-${tab}`}
            aria-selected={selected}
            aria-controls="panel"
            tabIndex={selected ? 0 : -1}
            onClick={() => sights.open(tab)}
          >
            {text}
            {count && <span class="count">{count}</span>}
          </button>
        );
      })}
    </div>
  );
}
