/**
 * What each entry may add to a program, as it is published: bundled and minified by esbuild, gzip at level 9.
 *
 *     pnpm sizes
 *
 * The emulator has no budget, as nothing ships it.
 */
import type { SizeLimitConfig } from "size-limit";

type Platform = "browser" | "neutral" | "node";

/** An entry: its file, what of it is imported, and for where a program is bundled that does. */
interface Entry {
  readonly path: string;
  /** `*` for all of it; left out for a file that is used as it is. */
  readonly import?: string;
  readonly platform?: Platform;
  /** What is not counted. */
  readonly ignore?: readonly string[];
  /** Kept just above what it is: more must be on purpose. */
  readonly limit: string;
}

const BROWSER = { path: "packages/browser/dist/index.js", platform: "browser" } as const;
const CORE = { path: "packages/core/dist/index.js" };

const ENTRIES: Readonly<Record<string, Entry>> = {
  "core { encodeMetadata }": { ...CORE, import: "{ encodeMetadata }", limit: "2.6 kB" },
  "core, whole": { ...CORE, import: "*", limit: "31 kB" },
  "browser { createTracker, messenger }": {
    ...BROWSER,
    import: "{ createTracker, messenger }",
    limit: "3 kB",
  },
  "browser { createTracker, relay }": { ...BROWSER, import: "{ createTracker, relay }", limit: "5.5 kB" },
  "browser { createTracker, messenger, relay, indexedDbOutbox }": {
    ...BROWSER,
    import: "{ createTracker, messenger, relay, indexedDbOutbox }",
    limit: "9.7 kB",
  },
  "browser, whole": { ...BROWSER, import: "*", limit: "10.8 kB" },
  "browser, for a script tag": { path: "packages/browser/dist/index.global.js", limit: "10.8 kB" },
  "node, without undici": {
    path: "packages/node/dist/index.js",
    import: "*",
    platform: "node",
    ignore: ["undici"],
    limit: "37.6 kB",
  },
  "relay { createRelay }": {
    path: "packages/relay/dist/index.js",
    import: "{ createRelay }",
    limit: "8 kB",
  },
  "relay, whole": { path: "packages/relay/dist/index.js", import: "*", limit: "8.9 kB" },
  "relay/node, whole": { path: "packages/relay/dist/node.js", import: "*", limit: "2.5 kB" },
  "deno, whole": { path: "packages/deno/dist/index.js", import: "*", limit: "35.3 kB" },
};

/** Makes esbuild bundle as programs of today do, with what is published of our packages. */
function bundleFor(platform: Platform): <Options extends object>(options?: Options) => Options {
  const how = {
    format: "esm",
    target: "es2022",
    platform,
    mainFields: platform === "browser" ? ["browser", "module", "main"] : ["module", "main"],
    conditions: ["import"],
  };
  return (options) => Object.assign({}, options as NonNullable<typeof options>, how);
}

export default Object.entries(ENTRIES).map(([name, { platform = "neutral", path, limit, ...entry }]) => ({
  name,
  path,
  limit,
  gzip: true,
  ...(entry.import === undefined
    ? { disablePlugins: ["@size-limit/esbuild"] }
    : { import: entry.import, ignore: [...(entry.ignore ?? [])], modifyEsbuildConfig: bundleFor(platform) }),
})) satisfies SizeLimitConfig;
