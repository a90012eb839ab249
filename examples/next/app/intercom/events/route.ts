import { createRelay } from "@intercom-events/relay";
import { client } from "../../../lib/client.ts";

const site = process.env.SITE_ORIGIN; // Such as "https://www.example.org".

const relay = createRelay({
  client,
  // Next.js tells its route handlers that they run at http://localhost, whatever the address of its pages.
  ...(site && { origins: [site] }),
  identify: () => ({ userId: "314159" }), // Stands for your sessions: look up who is logged in.
  events: ["viewed-tea-pot"],
});

export const POST = (request: Request): Promise<Response> => relay.fetch(request);
export const OPTIONS = POST;
