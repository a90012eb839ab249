import type { JSX } from "preact";
import { CopyButton } from "./copy-button.tsx";
import { usePage } from "./page-context.ts";

/** Says how to send the first event. */
export function FirstEvent(): JSX.Element {
  const { settings } = usePage().session;
  const { anyToken, contacts } = settings.value;
  const event = {
    event_name: "placed-order",
    created_at: Math.floor(Date.now() / 1000),
    user_id: "314159",
    metadata: { price: { amount: 34999, currency: "eur" }, page: "https://example.com/orders/7" },
  };
  const command = [
    `curl -i ${location.origin}/events \\`,
    `  -H 'Authorization: Bearer ${anyToken ? "any-token" : "<your token>"}' \\`,
    "  -H 'Accept: application/json' -H 'Content-Type: application/json' \\",
    `  -d '${JSON.stringify(event)}'`,
  ].join("\n");
  return (
    <div class="empty">
      <h2>No event yet</h2>
      <p>
        Point your client at <code>{location.origin}</code> in place of <code>https://api.intercom.io</code>,
        or send one from a shell:
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keys must reach it. */}
      <pre tabIndex={0}>{command}</pre>
      <p>
        <CopyButton text={command} label="Copy command" />
      </p>
      {!anyToken && <p class="hint">Only the tokens that the emulator was started with are accepted.</p>}
      {contacts === "strict" && (
        <p class="hint">Contacts are strict: add the contact under Contacts first, or the answer is 404.</p>
      )}
    </div>
  );
}
