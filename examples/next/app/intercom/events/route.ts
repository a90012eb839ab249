import { createRelay } from "@intercom-events/relay";
import { client } from "../../../lib/client.ts";

const relay = createRelay({
  client,
  identify: () => ({ userId: "314159" }), // Stands for your sessions: look up who is logged in.
  events: ["viewed-tea-pot"],
});

export const POST = (request: Request): Promise<Response> => relay.fetch(request);
export const OPTIONS = POST;
