import { randomUUID } from "node:crypto";
import { createEmulator, type Emulator } from "@intercom-events/emulator";
import { CONTACTS } from "./expected.ts";
import { printRows } from "./print-rows.ts";
import { countEvents, findProblems, makeRows } from "./report.ts";
import type { Sent } from "./send-events.ts";
import { sendFromDeno } from "./send-from-deno.ts";
import { sendFromNode } from "./send-from-node.ts";
import { sendFromPage } from "./send-from-page.ts";

/** What the senders need to know. */
interface Scene {
  readonly emulator: Emulator;
  /** The emulator's address, and what a server needs to be let in. */
  readonly server: { readonly baseUrl: string; readonly token: string; readonly createdAt: number };
}

/** When the servers' events happened, in Unix seconds. */
const CREATED_AT = 1671028894;

const seconds = (): number => Math.floor(Date.now() / 1000);

/** Sends the events from each runtime to an emulator. Answers whether all came out as expected. */
export async function runOnEmulator(): Promise<boolean> {
  const token = randomUUID();
  await using emulator = createEmulator({ tokens: token, contacts: "strict" });
  emulator.setContacts(CONTACTS);
  const { url: baseUrl } = await emulator.listen();
  console.log(`An emulator of Intercom listens on ${baseUrl}; nothing leaves this machine.`);

  const from = seconds();
  const scene = { emulator, server: { baseUrl, token, createdAt: CREATED_AT } };
  const sent: Record<string, readonly Sent[]> = {};
  const problems: string[] = [];
  for (const [runtime, send] of Object.entries({ Node: fromNode, Deno: fromDeno, Chromium: fromChromium })) {
    try {
      sent[runtime] = await send(scene);
    } catch (error) {
      // A runtime that cannot run must not hide what the others did.
      problems.push(`${runtime}: ${error instanceof Error ? error.message : error}`);
    }
  }

  const evidence = { events: emulator.events(), requests: emulator.requests() };
  const rows = makeRows(sent, evidence);
  problems.push(...findProblems(rows, evidence, { from, to: seconds() }));
  printRows(rows);
  const counts = countEvents(rows, evidence);
  if (problems.length === 0) console.log(`${counts}: all as expected.`);
  else
    console.error(
      `${counts}: NOT as expected.\n${problems.map((line) => `  - ${line.replaceAll("\n", "\n    ")}`).join("\n")}`,
    );
  return problems.length === 0;
}

async function fromNode({ server }: Scene): Promise<readonly Sent[]> {
  const occasion = { contact: { userId: "314159" }, leadId: "63a0979a5eeebeaf28dd56ba" };
  const { version, sent } = await sendFromNode({ ...server, ...occasion });
  console.log(`Node ${version} tracked ${sent.length} events, the last of them a second time on purpose.`);
  return sent;
}

async function fromDeno({ server }: Scene): Promise<readonly Sent[]> {
  const occasion = { contact: { email: "frodo.baggins@example.com" }, leadId: "63a0979a5eeebeaf28dd56bb" };
  const { version, sent } = await sendFromDeno({ ...server, ...occasion });
  console.log(
    `Deno ${version} tracked ${sent.length} likewise, permitted to reach that address and no more.`,
  );
  return sent;
}

async function fromChromium({ emulator, server }: Scene): Promise<readonly Sent[]> {
  const count = (): number => emulator.requests().filter(({ path }) => path.startsWith("/messenger/")).length;
  const page = await sendFromPage(server.baseUrl, (accepted) => count() >= accepted);
  if (!page.trackedBeforeMessenger)
    throw new Error("the page tracked after the Messenger had loaded, so that no event had to wait");
  console.log(
    `A page in Chromium ${page.version} tracked ${page.sent.length} before its Messenger had loaded. (A page cannot\n` +
      "name a lead or repeat an event: the Messenger knows who is there, and Intercom sets the time.)",
  );
  return page.sent;
}
