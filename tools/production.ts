import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "esbuild";

/**
 * Puts `x.production.ts` in the place of `x.ts` wherever there is such a file beside it: what programmers are told
 * while they write a page is not carried by those who look at it.
 */
export const production: Plugin = {
  name: "production",
  setup(build) {
    build.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => {
      const standIn = join(resolveDir, path.replace(/\.ts$/, ".production.ts"));
      return existsSync(standIn) ? { path: standIn, sideEffects: false } : undefined;
    });
  },
};
