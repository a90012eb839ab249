import * as core from "@intercom-events/core";
import * as node from "@intercom-events/node";
import * as relay from "@intercom-events/relay";
import { exercise, settingsOf } from "./exercise.mjs";

await exercise({ core, node, relay }, settingsOf(process.env));
