import type { JSX } from "preact";
import { ContactsPane } from "./contacts-pane.tsx";
import { ControlsPane } from "./controls-pane.tsx";
import { EventsPane } from "./events-pane.tsx";
import { Header } from "./header.tsx";
import { NamesPane } from "./names-pane.tsx";
import { Overview } from "./overview.tsx";
import { usePage } from "./page-context.ts";
import { RequestsPane } from "./requests-pane.tsx";
import { TabBar } from "./tab-bar.tsx";

const panes = {
  events: EventsPane,
  requests: RequestsPane,
  contacts: ContactsPane,
  names: NamesPane,
  controls: ControlsPane,
};

/** The whole page. */
export function App(): JSX.Element {
  const tab = usePage().sights.tab.value;
  const Pane = panes[tab];
  return (
    <>
      <Header />
      <main>
        <Overview />
        <TabBar />
        <div role="tabpanel" id="panel" aria-labelledby={`tab-${tab}`} class="panel">
          <Pane />
        </div>
      </main>
    </>
  );
}
