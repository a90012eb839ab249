/** A project that uses what was published, as somebody else would. */
export interface Consumer {
  readonly name: string;
  /** Is part of the quick rehearsal. */
  readonly quick?: boolean;
  /** Files and folders of `consumers/` that it is made of; what is in a folder lands at the top. */
  readonly from: readonly string[];
  /** Packages of this repository that it installs, by folder; `all` are all that are published. */
  readonly uses: readonly string[] | "all";
  /** Other packages that it installs, with exact versions. */
  readonly needs?: Readonly<Record<string, string>>;
  /** More files, with their text. */
  readonly files?: Readonly<Record<string, string>>;
  /** What brings its packages; `none` for a runtime that fetches them by itself. Default npm. */
  readonly installer?: "npm" | "bun" | "none";
  /** Runs before the others, one after the other. */
  readonly prepare?: readonly Command[];
  readonly runs: readonly Run[];
}

/**
 * A program with its arguments. `{node20}`, `{node22}`, `{node}`, `{deno}` and `{bun}` become the programs that this
 * repository pins, `{tools}` this folder; others come from the consumer's own packages.
 */
export type Command = readonly string[];

/** One thing that must work. */
export interface Run {
  readonly name: string;
  /** Is left out of the quick rehearsal. */
  readonly slow?: boolean;
  readonly command: Command;
  /** The modules Intercom must have an event of afterwards: `from-core` and so on, with all its metadata. */
  readonly events?: readonly string[];
}

const SERVER_EVENTS = ["core", "node", "relay", "relayNode"];
const NODES = ["node20", "node22", "node"] as const;

const nodeRuns: Run[] = NODES.flatMap((node) => [
  { name: `${node} ESM`, command: [`{${node}}`, "main.mjs"], events: SERVER_EVENTS },
  { name: `${node} CommonJS`, command: [`{${node}}`, "main.cjs"], events: SERVER_EVENTS },
  { name: `${node} every entry`, command: [`{${node}}`, "every-entry.mjs"] },
]);

/** Versions of TypeScript by the name they are installed under; 6.0 is the newest that has a compiler API. */
const TYPESCRIPTS: Readonly<Record<string, string>> = {
  "typescript-5.4": "npm:typescript@5.4.5",
  "typescript-5.9": "npm:typescript@5.9.3",
  "typescript-6.0": "npm:typescript@6.0.3",
  "typescript-7.0": "npm:typescript@7.0.2",
};
/** What they compile: each is a `tsconfig.<name>.json`. */
const PROJECTS = ["node16", "nodenext", "bundler", "page", "core", "untyped", "loose"];

const typeRuns: Run[] = Object.keys(TYPESCRIPTS).flatMap((typescript) =>
  PROJECTS.map((project) => ({
    name: `${typescript} ${project}`,
    slow: typescript !== "typescript-7.0" || project === "node16",
    command: ["{node}", `node_modules/${typescript}/bin/tsc`, "-p", `tsconfig.${project}.json`],
  })),
);

/** All that is tried. A new one is a folder in `consumers/` and an entry here. */
export const CONSUMERS: readonly Consumer[] = [
  { name: "Node.js", quick: true, from: ["shared", "node"], uses: "all", runs: nodeRuns },
  {
    name: "TypeScript",
    quick: true,
    from: ["typescript"],
    uses: "all",
    needs: { ...TYPESCRIPTS, "@types/node": "20.19.25" },
    runs: typeRuns,
  },
  {
    name: "bundlers",
    from: ["shared", "node/main.mjs", "bundlers"],
    uses: ["core", "node", "relay"],
    needs: { esbuild: "0.28.2", webpack: "5.112.2", "webpack-cli": "7.3.1" },
    prepare: [
      ["webpack", "--config", "webpack.config.cjs"],
      [
        "esbuild",
        "main.mjs",
        "--bundle",
        "--platform=node",
        "--format=esm",
        "--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
        "--outfile=esbuild.bundle.mjs",
      ],
    ],
    runs: [
      { name: "webpack", command: ["{node}", "webpack.bundle.cjs"], events: SERVER_EVENTS },
      { name: "esbuild", command: ["{node}", "esbuild.bundle.mjs"], events: SERVER_EVENTS },
    ],
  },
  {
    name: "Jest",
    quick: true,
    from: ["jest"],
    uses: ["core", "node"],
    needs: { jest: "30.5.2" },
    runs: [{ name: "Jest", command: ["jest"], events: ["node"] }],
  },
  {
    name: "Next.js",
    from: ["shared", "next"],
    uses: ["core", "node", "relay"],
    needs: { next: "16.4.6", react: "19.3.1", "react-dom": "19.3.1" },
    prepare: [["next", "build"]],
    runs: [
      { name: "Next.js route", command: ["{node}", "call-route.mjs"], events: ["core", "node", "relay"] },
    ],
  },
  {
    name: "page in Chromium",
    from: ["vite"],
    uses: ["browser"],
    needs: { vite: "8.3.8" },
    prepare: [["vite", "build"]],
    runs: [
      {
        name: "Vite",
        command: ["{node}", "{tools}/open-page.ts", "dist", "index.html"],
        events: ["browser"],
      },
      {
        name: "script tag",
        command: ["{node}", "{tools}/open-page.ts", ".", "script-tag.html"],
        events: ["browser"],
      },
    ],
  },
  {
    name: "Cloudflare worker",
    from: ["shared", "worker"],
    uses: ["core", "relay"],
    needs: { esbuild: "0.28.2", miniflare: "4.20260730.0" },
    prepare: [
      [
        "esbuild",
        "worker.mjs",
        "--bundle",
        "--format=esm",
        "--conditions=workerd",
        "--outfile=worker.bundle.mjs",
      ],
    ],
    runs: [{ name: "workerd", command: ["{node}", "serve.mjs"], events: ["core", "relay"] }],
  },
  {
    name: "Bun",
    from: ["shared", "bun"],
    uses: ["core", "node", "relay"],
    installer: "bun",
    runs: [{ name: "Bun", command: ["{bun}", "main.mjs"], events: ["core", "node", "relay"] }],
  },
  {
    name: "Deno from npm",
    from: ["shared", "deno"],
    uses: ["core", "deno", "relay"],
    installer: "none",
    files: {
      "deno.json": '{ "nodeModulesDir": "none", "minimumDependencyAge": 0, "imports": {imports:npm} }',
    },
    runs: [
      {
        name: "Deno, npm: specifiers",
        command: ["{deno}", "run", "--allow-net=127.0.0.1", "--allow-env", "main.mjs"],
        events: ["core", "deno", "relay"],
      },
      { name: "Deno, npm: types", command: ["{deno}", "check", "--unstable-kv", "check.ts"] },
    ],
  },
  {
    name: "Deno from source",
    from: ["shared", "deno"],
    uses: ["core", "deno", "relay"],
    installer: "none",
    files: { "deno.json": '{ "nodeModulesDir": "none", "imports": {imports:jsr} }' },
    runs: [
      {
        name: "Deno, source as for JSR",
        command: ["{deno}", "run", "--allow-net=127.0.0.1", "--allow-env", "main.mjs"],
        events: ["core", "deno", "relay"],
      },
      { name: "Deno, types of the source", command: ["{deno}", "check", "--unstable-kv", "check.ts"] },
    ],
  },
];
