/**
 * What Deno runs: reads an `Assignment` from standard input, where other processes cannot see the
 * token, and prints a `RuntimeReport`.
 */
import { createClient, monetaryAmount, richLink } from "@intercom-events/deno";
import { serverEvents } from "./events.ts";
import { type Assignment, type RuntimeReport, sendEvents } from "./send-events.ts";

const { token, baseUrl, ...occasion }: Assignment = await new Response(Deno.stdin.readable).json();
const client = createClient({ token, baseUrl });
const sent = await sendEvents(client, serverEvents({ monetaryAmount, richLink }, occasion));
console.log(JSON.stringify({ version: Deno.version.deno, sent } satisfies RuntimeReport));
