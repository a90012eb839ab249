import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import type { Benchmark } from "./benchmark.ts";
import type { Bar } from "./chart.ts";
import { grouped } from "./summarize.ts";

/** What a page imports, as it stands after `import`, and of what. An entry is added by a line. */
const ENTRIES: Readonly<Record<string, readonly [names: string, module: string]>> = {
  "@intercom-events/core, encodeMetadata": ["{ encodeMetadata }", "@intercom-events/core"],
  "@intercom-events/core, classifyResponse": ["{ classifyResponse }", "@intercom-events/core"],
  "@intercom-events/browser, messenger": ["{ createTracker, messenger }", "@intercom-events/browser"],
  "@intercom-events/browser, relay": ["{ createTracker, relay }", "@intercom-events/browser"],
  "@intercom-events/browser, relay and outbox": [
    "{ createTracker, relay, indexedDbOutbox }",
    "@intercom-events/browser",
  ],
  "@intercom-events/browser, whole": ["* as all", "@intercom-events/browser"],
  "@intercom/messenger-js-sdk": ["* as all", "@intercom/messenger-js-sdk"],
  "mixpanel-browser": ["mixpanel", "mixpanel-browser"],
  "posthog-js": ["posthog", "posthog-js"],
  "@segment/analytics-next": ["{ AnalyticsBrowser }", "@segment/analytics-next"],
  "@amplitude/analytics-browser": ["* as all", "@amplitude/analytics-browser"],
};

/** A program that uses what it imports, as `pnpm sizes` has it. */
function programOf([names, module]: readonly [names: string, module: string]): string {
  return `import ${names} from ${JSON.stringify(module)}; console.log(${names.replace(/^\* as |[{}]/g, "")});`;
}

/** Thousands of bytes, as sizes of bundles are told. */
const kilobytes = (bytes: number): string => grouped(bytes / 1000, 1);

/** What a page has to load; see `about`. */
export const bundle: Benchmark = {
  title: "What a page has to load",
  about: `Kilobytes (1000 bytes) that an entry adds to a program: bundled and minified by esbuild for
browsers, all in the same way and as published, then compressed at the highest levels. Of ours, the rows are programs that import
one function, a tracker with one route (and the outbox on IndexedDB), or everything; esbuild leaves out the rest.

The libraries do not do the same. Intercom's SDK and our messenger route are fronts for the Messenger, which
a page loads besides from Intercom; posthog-js, analytics-next and analytics-browser load more while they
run, by what their service says; and most of them do far more than send events.`,
  async run() {
    const raw: Record<string, BundleSize> = {};
    const empty = await measureBundle("console.log();");
    for (const [name, entry] of Object.entries(ENTRIES)) {
      raw[name] = without(empty, await measureBundle(programOf(entry)));
    }
    const rows = Object.entries(raw).map(([entry, { minified, gzip, brotli }]) => ({
      entry,
      "minified, kB": kilobytes(minified),
      "gzip, kB": kilobytes(gzip),
      "brotli, kB": kilobytes(brotli),
    }));
    const bars = Object.entries(raw).map(
      ([label, { gzip }]): Bar => ({ label, value: gzip / 1000, digits: 1 }),
    );
    const chart = { title: "What a page has to load", axis: "kB, minified and gzipped", groups: [{ bars }] };
    return { rows, options: {}, chart };
  },
};

/** Bytes of a bundle. */
interface BundleSize {
  readonly minified: number;
  readonly gzip: number;
  readonly brotli: number;
}

/** What a program has beyond an empty one. */
function without(empty: BundleSize, { minified, gzip, brotli }: BundleSize): BundleSize {
  return {
    minified: minified - empty.minified,
    gzip: gzip - empty.gzip,
    brotli: brotli - empty.brotli,
  };
}

async function measureBundle(code: string): Promise<BundleSize> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: join(import.meta.dirname, "..") },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "browser",
    mainFields: ["browser", "module", "main"],
    conditions: ["import"],
    logLevel: "error",
  });
  const contents = outputFiles[0]?.contents ?? new Uint8Array();
  return {
    minified: contents.length,
    gzip: gzipSync(contents, { level: 9 }).length,
    brotli: brotliCompressSync(contents).length,
  };
}
