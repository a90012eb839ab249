import { effect, type Signal, signal } from "@preact/signals";

/** The parts of the page one can look at. */
export const tabs = ["events", "requests", "contacts", "names", "controls"] as const;

/** A part of the page. */
export type Tab = (typeof tabs)[number];

/** "auto" follows the system. */
export type Theme = "auto" | "light" | "dark";

/** What one looks at, and how. The address has the tab, so that it can be linked to. */
export interface Sights {
  readonly tab: Signal<Tab>;
  readonly theme: Signal<Theme>;
  /** Counts up when colours may have changed. */
  readonly colours: Signal<number>;
  /** Shows a part, and moves the focus to its tab: what had it may be gone with the part before. */
  open(tab: Tab): void;
}

const themeKey = "intercom-emulator-theme";

function tabInAddress(): Tab {
  const wanted = location.hash.slice(1);
  return tabs.find((tab) => tab === wanted) ?? "events";
}

function storedTheme(): Theme {
  const stored = localStorage.getItem(themeKey);
  return stored === "light" || stored === "dark" ? stored : "auto";
}

/** Reads them from the address and the browser's storage, and keeps them there. */
export function createSights(): Sights {
  const tab = signal(tabInAddress());
  const theme = signal(storedTheme());
  const colours = signal(0);
  const system = matchMedia("(prefers-color-scheme: dark)");
  addEventListener("hashchange", () => {
    tab.value = tabInAddress();
  });
  system.addEventListener("change", () => {
    colours.value += 1;
  });
  effect(() => {
    if (tab.value !== tabInAddress()) history.replaceState(null, "", `#${tab.value}`);
  });
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    localStorage.setItem(themeKey, theme.value);
    colours.value = colours.peek() + 1;
  });
  function open(wanted: Tab): void {
    tab.value = wanted;
    document.getElementById(`tab-${wanted}`)?.focus();
  }
  return { tab, theme, colours, open };
}
