import * as core from "@intercom-events/core";
import * as relay from "@intercom-events/relay";
import { exercise, settingsOf } from "./exercise.mjs";

await exercise({ core, relay }, settingsOf(process.env));
