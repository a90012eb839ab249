import * as core from "@intercom-events/core";
import * as node from "@intercom-events/node";
import * as relay from "@intercom-events/relay";
import { exercise, settingsOf } from "../../exercise.mjs";

export const dynamic = "force-dynamic";

export async function POST() {
  try {
    await exercise({ core, node, relay }, settingsOf(process.env));
    return new Response("sent");
  } catch (error) {
    return new Response(String(error?.stack ?? error), { status: 500 });
  }
}
