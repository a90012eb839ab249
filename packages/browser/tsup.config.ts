import { defineConfig, type Options } from "tsup";
import { production } from "../../tools/production.ts";
import { DECLARATIONS } from "../../tools/tsup.ts";

/**
 * Properties that nothing outside of this package sees: neither programs, nor what is sent, stored or told to other
 * tabs, which may run another release. Terser leaves alone what any object of a browser is known to have.
 */
const INTERNAL =
  /^(?:characters|isAllowed|isDate|hasCapitals|isBusy|isOver|receipt|place|keep|survives|announce|complain|decide|pump|settings|leads|tell|joinGroup|leaveGroup|reconcile|hasBacklog|triedAt|note|leaving|markInFlight|transact|steps|retryDelay|room|startedAt|askedFor|isExcused|isOldIdentity|cancelPending|forgetIdentity|leaseDue|clearAll|onceCleared|evict|dropAll)$/;

/** With all that it needs of core in it: a page shall not carry the half of core that is for servers. */
const common: Options = {
  noExternal: [/./],
  esbuildOptions(options) {
    // Builds from core's source, so that a stale build of core is never bundled.
    options.conditions = ["@intercom-events/source"];
  },
};

/** For bundlers. */
const modules: Options = { ...common, format: "esm", target: "es2022" };

/** For a `<script>` tag: everything under one global. */
const script: Options = {
  ...common,
  format: "iife",
  globalName: "IntercomEvents",
  target: "es2020",
};

/**
 * What a page loads once it is published. A bundler's minifier cannot know what never leaves the package; Terser is told,
 * and leaves out what is handed over to no use. It leaves functions as they are: taken apart, they compress worse.
 */
const published = (): Options => ({
  entry: ["src/index.ts"],
  esbuildPlugins: [production],
  minify: "terser",
  // Of each build its own: Terser writes into them that a build is of modules, whose globals nobody needs.
  terserOptions: {
    ecma: 2020,
    compress: { passes: 3, pure_getters: true, unsafe: true, unsafe_proto: true, reduce_funcs: false },
    mangle: { properties: { regex: INTERNAL } },
    format: { preserve_annotations: true },
  },
});

/** What whoever writes a page loads meanwhile. */
const development: Options = { entry: { development: "src/index.ts" } };

/** For a page without a bundler. */
export const publishedScript: Options = { ...script, ...published() };

export default defineConfig([
  // All are built at once into one folder, so none may clean away what another has made.
  { ...modules, ...published(), dts: DECLARATIONS },
  { ...modules, ...development },
  publishedScript,
  { ...script, ...development, minify: true },
]);
