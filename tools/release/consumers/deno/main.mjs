import * as core from "@intercom-events/core";
import * as deno from "@intercom-events/deno";
import * as relay from "@intercom-events/relay";
import { exercise, settingsOf } from "./exercise.mjs";

await exercise({ core, deno, relay }, settingsOf(Deno.env.toObject()));
