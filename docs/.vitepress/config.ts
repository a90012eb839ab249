import { defineConfig } from "vitepress";

/** Where the documents of the packages link to each other. */
const AT_NPM = "https://www.npmjs.com/package/@intercom-events/";

const packages = ["node", "deno", "browser", "relay", "core", "emulator"];

export default defineConfig({
  title: "intercom-events",
  description:
    "Sends product events to Intercom from any JavaScript runtime, typed the way Intercom shows them.",
  lang: "en",
  // Where the site is served from, if that is not the root of a host.
  base: process.env.BASE ?? "/",
  cleanUrls: true,
  // Nothing of the site is loaded from another host.
  head: [["link", { rel: "icon", href: "data:," }]],
  markdown: {
    config(md) {
      // What the documents of the packages link to at npm is here as well.
      const normalize = md.normalizeLink;
      md.normalizeLink = (url) => normalize(url.replace(AT_NPM, "/packages/"));
    },
  },
  themeConfig: {
    outline: [2, 3],
    socialLinks: [{ icon: "github", link: "https://github.com/intercom-events/intercom-events" }],
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
            { text: "Coming from elsewhere", link: "/migrate" },
          ],
        },
        {
          text: "Packages",
          items: packages.map((name) => ({ text: name, link: `/packages/${name}` })),
        },
        {
          text: "Reference",
          collapsed: true,
          items: [...packages, "relay/node"].map((name) => ({
            text: name,
            link: `/reference/@intercom-events/${name}`,
          })),
        },
      ],
    },
  },
});
