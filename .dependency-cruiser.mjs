/** Imports run downward only: spec → core (words ← pure ← stateful) → node | browser | deno | relay. */

const WORDS =
  "^packages/core/src/(issue|metadata|event|verdict|outcome|transport|clock|relay-contract|generated/.*)\\.ts$";
const STATEFUL =
  "^packages/core/src/(call-api|attempt|delivery|outbox-keeper|event-queue|exit-flush|same-second|spilled-events|admission|token-source|shared-pacers|read-events|notifier|create-client|client|diagnostics)\\.ts$";
const TESTS = "(\\.test(-d)?\\.ts$|/tests?/|\\.config\\.ts$|/generate\\.ts$)";

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "core-knows-no-other-package",
      severity: "error",
      from: { path: "^packages/core/src", pathNot: TESTS },
      to: { pathNot: "^packages/core/src|openapi-fetch" },
    },
    {
      name: "words-import-words",
      severity: "error",
      from: { path: WORDS },
      to: { pathNot: WORDS },
    },
    {
      name: "pure-imports-nothing-stateful",
      severity: "error",
      from: { path: "^packages/core/src", pathNot: `${STATEFUL}|${TESTS}|index\\.ts$` },
      to: { path: STATEFUL, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "one-file-imports-openapi-fetch",
      severity: "error",
      from: { pathNot: "^packages/core/src/call-api\\.ts$|^tools/bench|node_modules" },
      to: { path: "node_modules/openapi-fetch" },
    },
    {
      name: "adapters-know-core-alone",
      severity: "error",
      from: { path: "^packages/(node|browser|deno|relay)/src", pathNot: TESTS },
      to: { path: "^packages/", pathNot: "^packages/(core|$1)/" },
    },
    {
      name: "adapters-use-the-public-core",
      severity: "error",
      from: { path: "^packages/(node|browser|deno|relay)/src", pathNot: TESTS },
      to: { path: "^packages/core/", pathNot: "^packages/core/(src/index\\.ts|dist/)" },
    },
    {
      name: "browser-and-core-use-no-node",
      severity: "error",
      from: { path: "^packages/(core|browser|deno)/src", pathNot: TESTS },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "relay-uses-no-node-but-its-adapters",
      severity: "error",
      from: { path: "^packages/relay/src", pathNot: `${TESTS}|/(node|to-[a-z-]+)\\.ts$` },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "relay-runs-without-its-adapters",
      severity: "error",
      from: { path: "^packages/relay/src", pathNot: `${TESTS}|/(node|to-[a-z-]+)\\.ts$` },
      to: { path: "^packages/relay/src/(node|to-[a-z-]+)\\.ts$" },
    },
    {
      name: "emulator-is-independent",
      comment: "It witnesses the spec, so it shares no code with core.",
      severity: "error",
      from: { path: "^packages/emulator/(src|page)" },
      to: { path: "^packages/(core|node|browser|deno|relay)/" },
    },
    {
      name: "examples-stand-alone",
      comment: "Whoever copies the folder of one has all it needs. What Next.js needs is not installed here.",
      severity: "error",
      from: { path: "^examples/([^/]+)/", pathNot: "^examples/(test|next)/" },
      to: {
        pathNot: "^examples/$1/|^packages/[^/]+/(src|dist)/(index|node)\\.|node_modules",
        dependencyTypesNot: ["core"],
        couldNotResolve: false,
      },
    },
    {
      name: "packages-do-not-import-tools",
      severity: "error",
      from: { path: "^packages/", pathNot: TESTS },
      to: { path: "^tools/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/(dist|reports|consumers)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@intercom-events/source", "types", "import", "node", "default"],
    },
  },
};
