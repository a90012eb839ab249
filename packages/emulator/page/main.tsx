import "./mend-language.ts";
import "uplot/dist/uPlot.min.css";
import "./style/page.css";
import { render } from "preact";
import { createSession } from "./model/session.ts";
import { createSights } from "./model/sights.ts";
import { App } from "./view/app.tsx";
import { Page } from "./view/page-context.ts";

const session = createSession();
const sights = createSights();
const root = document.getElementById("app");
if (root) {
  render(
    <Page.Provider value={{ session, sights }}>
      <App />
    </Page.Provider>,
    root,
  );
  session.start();
}
