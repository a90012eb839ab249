import * as core from "@intercom-events/core";
import * as relay from "@intercom-events/relay";
import { exercise, settingsOf } from "./exercise.mjs";

export default {
  async fetch(_request, env) {
    try {
      await exercise({ core, relay }, settingsOf(env));
      return new Response("sent");
    } catch (error) {
      return new Response(String(error?.stack ?? error), { status: 500 });
    }
  },
};
