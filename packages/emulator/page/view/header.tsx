import type { JSX } from "preact";
import { isoTime, showMoment } from "../draw/show-time.ts";
import type { Connection } from "../model/follow-stream.ts";
import type { Theme } from "../model/sights.ts";
import { usePage } from "./page-context.ts";
import { useEvery } from "./use-every.ts";

/** Name, connection, clock and theme. */
export function Header(): JSX.Element {
  const { session } = usePage();
  return (
    <>
      <header class="header">
        <h1>
          <img src="/_emulator/page/icon.svg" alt="" width="20" height="20" />
          Intercom emulator
        </h1>
        <ConnectionMark connection={session.connection.value} />
        <span class="spring" />
        <Clock />
        <ThemeButton />
      </header>
      <Banner />
    </>
  );
}

const connectionTexts = { live: "Live", connecting: "Connecting", lost: "Disconnected" } as const;

function ConnectionMark({ connection }: { readonly connection: Connection }): JSX.Element {
  return (
    <span class={`connection ${connection}`} role="status">
      {connectionTexts[connection]}
    </span>
  );
}

function Banner(): JSX.Element | null {
  const { connection, overrun } = usePage().session;
  if (connection.value !== "live") {
    return connection.value === "lost" ? (
      <p class="banner bad" role="alert">
        The emulator does not answer. What is shown may be old; trying again…
      </p>
    ) : null;
  }
  if (!overrun.value) return null;
  return (
    <p class="banner">
      More came than could be shown one by one. Totals are exact, and the lists were loaded again.
    </p>
  );
}

function Clock(): JSX.Element {
  useEvery(500);
  const { clock } = usePage().session;
  const now = clock.now();
  return (
    <span class="clock" title="The emulator's clock">
      <span class="label">Clock</span>
      <time dateTime={isoTime(now)}>{now === 0 ? "…" : showMoment(now)}</time>
      {clock.frozen() && now !== 0 && <span class="badge warn">frozen</span>}
    </span>
  );
}

const nextTheme = { auto: "light", light: "dark", dark: "auto" } as const satisfies Record<Theme, Theme>;

function ThemeButton(): JSX.Element {
  const { theme } = usePage().sights;
  return (
    <button
      type="button"
      class="quiet"
      onClick={() => {
        theme.value = nextTheme[theme.value];
      }}
    >
      <span aria-hidden="true">◐</span> <span class="unseen">Theme:</span> {theme.value}
    </button>
  );
}
