import { defineConfig } from "vitepress";

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
  // The documents of the packages link within the repository.
  ignoreDeadLinks: [/^(\.\/)?(\.\.\/)+(spec|relay|packages|CONTRIBUTING|LICENSE|MUTATION)/],
  themeConfig: {
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
