import { defineConfig } from "vitepress";

/** Where the documents of the packages link to each other. */
const AT_NPM = "https://www.npmjs.com/package/@intercom-events/";

const AT_GITHUB = "https://github.com/intercom-events/intercom-events";

/** Where they link to the guide, as npm shows them. */
const GUIDE = /^https:\/\/github\.com\/intercom-events\/intercom-events\/blob\/main\/docs\/([\w/]+)\.md/;

const packages = ["node", "deno", "browser", "relay", "core", "emulator"];

export default defineConfig({
  title: "intercom-events",
  description:
    "Sends product events to Intercom from any JavaScript runtime, typed the way Intercom shows them.",
  lang: "en",
  // Where the site is served from, if that is not the root of a host.
  base: process.env.BASE ?? "/",
  cleanUrls: true,
  head: [
    // Nothing of the site is loaded from another host.
    ["link", { rel: "icon", href: "data:," }],
    // A phone has room for three columns, but not for wide margins between them.
    [
      "style",
      {},
      "@media (width < 640px) { .vp-doc table :is(th, td) { padding: 4px 8px; font-size: 13px } }",
    ],
  ],
  markdown: {
    config(md) {
      // What the documents of the packages link to at npm and GitHub is here as well.
      const normalize = md.normalizeLink;
      md.normalizeLink = (url) => normalize(url.replace(AT_NPM, "/packages/").replace(GUIDE, "/$1"));
    },
  },
  themeConfig: {
    outline: [2, 3],
    socialLinks: [{ icon: "github", link: AT_GITHUB }],
    footer: { message: "An independent project, not made, endorsed or supported by Intercom." },
    search: { provider: "local" },
    nav: [
      { text: "Guide", link: "/guide/start" },
      { text: "Packages", link: "/packages/node" },
      { text: "Reference", link: "/reference/" },
    ],
    sidebar: {
      "/": [
        {
          text: "Guide",
          items: [
            { text: "Start", link: "/guide/start" },
            { text: "What is guaranteed", link: "/guide/guarantees" },
            { text: "In operation", link: "/guide/operate" },
            { text: "Coming from elsewhere", link: "/migrate" },
          ],
        },
        {
          text: "Packages",
          items: packages.map((name) => ({ text: name, link: `/packages/${name}` })),
        },
        {
          text: "Reference",
          link: "/reference/",
          collapsed: true,
          items: [...packages, "relay/node"].map((name) => ({
            text: name,
            link: `/reference/@intercom-events/${name}`,
          })),
        },
        {
          text: "At GitHub",
          items: [
            { text: "Examples", link: `${AT_GITHUB}/tree/main/examples` },
            { text: "Benchmarks", link: `${AT_GITHUB}/tree/main/tools/bench` },
            { text: "Security", link: `${AT_GITHUB}/blob/main/SECURITY.md` },
          ],
        },
      ],
    },
  },
});
