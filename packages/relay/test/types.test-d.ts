import { createServer } from "node:http";
import { createSecureServer } from "node:http2";
import { createClient as createCoreClient, type MonetaryAmount } from "@intercom-events/core";
import { createClient } from "@intercom-events/node";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import express from "express";
import fastify from "fastify";
import { createRelay, type MetadataSchema, type RelayClient, signedIdentity } from "../src/index.ts";
import { toFastifyPlugin, toNodeHandler } from "../src/node.ts";

const client = createClient<{ "placed-order": { price: MonetaryAmount } }>({ token: "token" });
const untyped = createCoreClient({ token: "token", transport: async () => Promise.reject() });
[client, untyped] satisfies RelayClient[];

// @ts-expect-error A tracker of a page is no server client.
({ track: client.track }) satisfies RelayClient;

declare const schema: StandardSchemaV1<{ plan: string }, { plan: number }>;
schema satisfies MetadataSchema;

const relay = createRelay({
  client,
  identify: signedIdentity({ secret: "x".repeat(32) }),
  events: { a: schema, b: true },
});
createServer(toNodeHandler(relay));
createSecureServer({}, toNodeHandler(relay));
express().all("/", toNodeHandler(relay));
fastify().register(toFastifyPlugin(relay), { prefix: "/" });

createRelay({ client, identify: () => undefined, events: "any" });
createRelay({
  client,
  identify: async (request) => {
    const userId = request.headers.get("x-user");
    return userId === null ? undefined : { userId };
  },
  events: "any",
});

// @ts-expect-error The events must be said.
createRelay({ client, identify: () => null });

// @ts-expect-error A contact has one name.
createRelay({ client, identify: () => ({ userId: "1", email: "a@example.org" }), events: "any" });
