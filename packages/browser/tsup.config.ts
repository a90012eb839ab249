import { defineConfig, type Options } from "tsup";
import { production } from "../../tools/production.ts";
import { DECLARATIONS } from "../../tools/tsup.ts";

/** With all that it needs of core in it: a page shall not carry the half of core that is for servers. */
const common: Options = {
  noExternal: [/./],
  // Builds from core's source, so that a stale build of core is never bundled.
  esbuildOptions(options) {
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
  minify: true,
};

const published = { entry: ["src/index.ts"], esbuildPlugins: [production] };
const development = { entry: { development: "src/index.ts" } };

/** What a page loads that has no bundler, once it is published. */
export const publishedScript: Options = { ...script, ...published };

export default defineConfig([
  // All are built at once into one folder, so none may clean away what another has made.
  { ...modules, ...published, dts: DECLARATIONS },
  { ...modules, ...development },
  publishedScript,
  { ...script, ...development },
]);
