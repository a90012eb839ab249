/**
 * Mutation tests of the pure part of core: `pnpm mutate`. Each change that no test notices is listed in
 * `reports/mutation/mutation.html`; `packages/core/MUTATION.md` explains those that are left.
 */
const PURE = [
  "barrier",
  "classify-response",
  "clock-offset",
  "collisions",
  "concurrency-limit",
  "decode-metadata",
  "describe",
  "encode-event",
  "encode-metadata",
  "encode-metadata-value",
  "encode-named-event",
  "encode-text",
  "encode-time",
  "event-ids",
  "heap",
  "intake",
  "losses",
  "money",
  "outbox-options",
  "pacer",
  "parse-reset",
  "receipt",
  "report",
  "retry-policy",
  "rich-link",
  "safe-outcome",
  "stats",
];

export default {
  mutate: PURE.map((name) => `packages/core/src/${name}.ts`),
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "packages/core/vitest.mutation.config.ts" },
  coverageAnalysis: "perTest",
  concurrency: 2,
  timeoutMS: 10_000,
  thresholds: { high: 95, low: 85, break: 85 },
  reporters: ["clear-text", "progress-append-only", "html", "json"],
  clearTextReporter: { logTests: false, allowColor: false, reportTests: false },
  htmlReporter: { fileName: "reports/mutation/mutation.html" },
  jsonReporter: { fileName: "reports/mutation/mutation.json" },
  tempDirName: "reports/stryker-tmp",
};
