/**
 * What a program carries that imports an entry: bundled and minified by esbuild, gzip at level 9.
 *
 *     node tools/sizes.ts
 */
import { type Entry, measureBundle } from "./measure-bundle.ts";

const ENTRIES: Readonly<Record<string, Entry>> = {
  "core { encodeMetadata }": {
    code: 'export { encodeMetadata } from "@intercom-events/core"',
    platform: "neutral",
  },
  "core, whole": { code: 'export * from "@intercom-events/core"', platform: "neutral" },
  "browser { createTracker, messenger }": {
    code: 'export { createTracker, messenger } from "@intercom-events/browser"',
    platform: "browser",
  },
  "browser { createTracker, relay }": {
    code: 'export { createTracker, relay } from "@intercom-events/browser"',
    platform: "browser",
  },
  "browser { createTracker, messenger, relay, indexedDbOutbox }": {
    code: 'export { createTracker, messenger, relay, indexedDbOutbox } from "@intercom-events/browser"',
    platform: "browser",
  },
  "browser, whole": { code: 'export * from "@intercom-events/browser"', platform: "browser" },
  "node, without undici": {
    code: 'export * from "@intercom-events/node"',
    platform: "node",
    external: ["undici"],
  },
  relay: { code: 'export * from "@intercom-events/relay"', platform: "neutral" },
  deno: { code: 'export * from "@intercom-events/deno"', platform: "neutral" },
};

const rows = await Promise.all(
  Object.entries(ENTRIES).map(async ([name, entry]) => [name, await measureBundle(entry)] as const),
);
console.table(Object.fromEntries(rows));
