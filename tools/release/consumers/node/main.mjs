import * as http from "node:http";
import * as core from "@intercom-events/core";
import * as node from "@intercom-events/node";
import * as relay from "@intercom-events/relay";
import * as relayNode from "@intercom-events/relay/node";
import { exercise, settingsOf } from "./exercise.mjs";

await exercise({ core, node, relay, relayNode, http }, settingsOf(process.env));
