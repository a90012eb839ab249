import { encodeMetadata, monetaryAmount, richLink } from "@intercom-events/core";
import { whatHappened } from "./events.ts";
import type { LiveOptions } from "./parse-arguments.ts";
import { printRows } from "./print-rows.ts";
import type { Row } from "./report.ts";
import type { Sent } from "./send-events.ts";
import { sendFromDeno } from "./send-from-deno.ts";
import { sendFromNode } from "./send-from-node.ts";
import { showMetadata } from "./show-metadata.ts";

/** Seconds to think it over. */
const DELAY = 5;

/** Sends the events to the real API, after saying so. Answers whether all were accepted. */
export async function runLive({ token, baseUrl, userId, leadId, yes }: LiveOptions): Promise<boolean> {
  announce({ baseUrl, userId, leadId });
  if (!yes) {
    console.log(`Starting in ${DELAY} seconds; Ctrl+C prevents it.\n`);
    await new Promise((resolve) => setTimeout(resolve, DELAY * 1000));
  }
  // The same contact gets both runtimes' events, and of one second Intercom would keep only one each.
  const now = Math.floor(Date.now() / 1000);
  const server = { baseUrl, token, contact: { userId }, leadId };
  const node = await sendFromNode({ ...server, createdAt: now - 1 });
  const deno = await sendFromDeno({ ...server, createdAt: now - 2 });
  const rows = [...toRows("Node", node.sent), ...toRows("Deno", deno.sent)];
  printRows(rows);
  const accepted = rows.filter(({ outcome }) => outcome === "accepted").length;
  console.log(`${rows.length} events sent, ${accepted} accepted.`);
  return accepted === rows.length;
}

function announce({ baseUrl, userId, leadId }: Pick<LiveOptions, "baseUrl" | "userId" | "leadId">): void {
  const count = leadId === undefined ? 3 : 4;
  const names = `placed-order, invited-friend${leadId === undefined ? "" : ", requested-quote"}`;
  console.log(`This sends events to ${new URL(baseUrl).origin}, with the token in INTERCOM_ACCESS_TOKEN:

  events     ${2 * count}: ${count} from Node and ${count} from Deno, named ${names};
             the last invited-friend of each is a repetition that Intercom should ignore
  contacts   user_id ${userId}${leadId === undefined ? "; no lead, as there is no --lead-id" : `, lead ${leadId}`}
             They must exist in the workspace: an event never creates a contact.
  remains    The events stay in the workspace, and their names count towards its 120.
  no page    That takes your own Messenger on your own page.
`);
}

/** Intercom's answer has no event in it, so what it will show is read from what was sent. */
function toRows(runtime: string, sent: readonly Sent[]): Row[] {
  const happened = whatHappened({ monetaryAmount, richLink });
  return sent.map((event, index) => {
    if (event.outcome !== "accepted") return { runtime, ...event, shown: ["(not accepted)"] };
    const isRepetition = sent.findIndex(({ eventName }) => eventName === event.eventName) < index;
    if (isRepetition) return { runtime, ...event, shown: ["(once, as above)"] };
    const metadata = happened.find(({ eventName }) => eventName === event.eventName)?.metadata ?? {};
    const encoded = encodeMetadata(metadata);
    const lines = encoded.ok ? showMetadata(encoded.metadata) : [];
    return { runtime, ...event, shown: lines.length > 0 ? lines : ["(no metadata)"] };
  });
}
