/**
 * Checks that each link within the built site leads to a page there is and a heading it has:
 *
 *     node tools/docs/check-links.ts
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { env } from "node:process";
import { deadLinksOf } from "./dead-links.ts";

const site = join(import.meta.dirname, "../../docs/.vitepress/dist");
const base = env.BASE ?? "/";

const pages = new Map<string, string>();
for (const path of globSync("**/*.html", { cwd: site })) {
  const address = path.replace(/(^|\/)index\.html$|\.html$/, "$1");
  pages.set(base + address, readFileSync(join(site, path), "utf8"));
}
if (pages.size === 0) throw new Error(`There is no site in ${site}`);
const dead = deadLinksOf(pages);
for (const { from, to } of dead) console.error(`${from} links to ${to}, which is not there`);
process.exitCode = dead.length === 0 ? 0 : 1;
