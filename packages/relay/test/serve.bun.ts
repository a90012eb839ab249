/**
 * Serves a relay over `Bun.serve`, and prints its address:
 *
 *     bun --conditions=@intercom-events/source test/serve.bun.ts <address of an emulator>
 */
import { createClient } from "@intercom-events/core";
import { createRelay } from "../src/index.ts";
import { identifyByCookie } from "./identify-by-cookie.ts";

/** The part of Bun that is used. */
declare const Bun: {
  serve(options: { hostname: string; port: number; fetch: (request: Request) => Promise<Response> }): {
    url: URL;
  };
};

const client = createClient({
  token: "token",
  baseUrl: process.argv.at(-1),
  transport: (request) => fetch(request.url, { ...request, redirect: "manual" } as RequestInit),
});
const relay = createRelay({
  client,
  identify: identifyByCookie,
  events: ["viewed-pricing"],
  waitFor: "outcome",
  maxBytes: 2000,
  bodyTimeout: 200,
});
const { url } = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: (request) => relay.fetch(request) });
console.log(`listening on ${url.origin}`);
