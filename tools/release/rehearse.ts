/**
 * Does a release from end to end without anybody noticing: a copy of what is committed gets a changeset and new
 * versions, is built and published to a registry of this process, and installed from there in projects of all kinds,
 * which send events to the emulator, installed from there too.
 *
 *     node tools/release/rehearse.ts [--quick] [--only <pattern>] [--keep]
 *
 * `--quick` packs what is built here and tries only the consumers for Node.js, Jest and the newest TypeScript.
 * `--only` tries the consumers whose name fits this pattern, `--keep` leaves the folder for a look.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findNode } from "../find-node.ts";
import { NODE_VERSIONS } from "../runtimes.ts";
import { CONSUMERS, type Consumer } from "./cases.ts";
import { checkTarballs } from "./check-tarballs.ts";
import { copyJsrFiles } from "./copy-jsr-files.ts";
import { findTarballs, packPackages, type Tarballs } from "./pack-packages.ts";
import { findPackages } from "./packages.ts";
import { plainEnvironment } from "./plain-environment.ts";
import { copyRepository, publishCopy, versionCopy } from "./publish-copy.ts";
import { endAll, run } from "./run.ts";
import { type ServedEmulator, serveEmulator } from "./serve-emulator.ts";
import { startRegistry } from "./start-registry.ts";
import { rows, step } from "./step.ts";
import { installConsumer, type Published, runCase } from "./try-consumer.ts";

const ROOT = join(import.meta.dirname, "../..");
const BIN = join(ROOT, "node_modules/.bin");

/** Nothing that is run here tells its makers so. */
const QUIET = {
  TURBO_TELEMETRY_DISABLED: "1",
  NEXT_TELEMETRY_DISABLED: "1",
  DO_NOT_TRACK: "1",
  NO_COLOR: "1",
};

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    only: { type: "string", default: "" },
  },
});

async function tryConsumers(consumers: readonly Consumer[], published: Published, emulator: ServedEmulator) {
  const waiting = [...consumers];
  // Two at a time, as most of it is waiting for one program.
  const work = async (): Promise<void> => {
    for (let consumer = waiting.shift(); consumer; consumer = waiting.shift()) {
      const one = consumer;
      const runs = one.runs.filter(({ slow }) => !(options.quick && slow));
      try {
        const folder = await step(`${one.name}: install`, () => installConsumer(one, published));
        for (const each of runs) {
          await step(each.name, () => runCase(folder, each, published, emulator.checkEvents)).catch(
            () => undefined,
          );
        }
      } catch {
        // It is in the table; the others go on.
      }
    }
  };
  await Promise.all([work(), work()]);
}

/** The other versions of Node.js, by placeholder. */
function findNodes(): Promise<[placeholder: string, path: string][]> {
  const find = async (major: string): Promise<[string, string]> => [
    `node${major}`,
    await findNode(NODE_VERSIONS[major] ?? major),
  ];
  return step("other versions of Node.js", () => Promise.all(["20", "22"].map(find)));
}

/** What is tried: packages with their tarballs, and how consumers get them. */
type Release = Pick<Published, "packages" | "specs" | "registry" | "jsr" | "env"> & {
  readonly tarballs: Tarballs;
};

/** Packs what is built here. */
async function packHere(temp: string, env: NodeJS.ProcessEnv): Promise<Release> {
  await step("build", () => run(["pnpm", "build"], { cwd: ROOT, env }));
  const packages = findPackages(ROOT);
  const tarballs = await step("pack", () => packPackages(join(temp, "tarballs"), packages, env));
  const specs = new Map([...tarballs].map(([short, path]) => [short, `file:${path}`]));
  return { packages, tarballs, specs, registry: undefined, jsr: new Map(), env };
}

/** Releases what is committed to a registry of this process. */
async function releaseCopy(
  temp: string,
  env: NodeJS.ProcessEnv,
  closing: AsyncDisposableStack,
): Promise<Release> {
  const copy = join(temp, "copy");
  const changed = await run(["git", "status", "--porcelain"], { cwd: ROOT, env });
  if (changed.trim() !== "") console.log("What is not committed takes no part in the rehearsal.");
  // The packages of the copy, not those here, are on its path.
  const inCopy = { ...env, PATH: process.env.PATH };
  await copyRepository(ROOT, copy, inCopy);
  await versionCopy(copy, inCopy);
  await step("build", () => run(["pnpm", "build"], { cwd: copy, env: inCopy }));
  const packages = findPackages(copy);
  const { url, userConfig, storage } = await step("start the registry", async () => {
    // What this process is told of a registry is left out of the other environments.
    const said = await run(["npm", "config", "get", "registry"], { cwd: temp, env: process.env });
    const scope = packages[0]?.manifest.name.split("/")[0] ?? "";
    return closing.use(
      await startRegistry(join(temp, "registry"), scope, said.trim().split("\n").at(-1) ?? ""),
    );
  });
  await publishCopy(copy, url, { ...inCopy, NPM_CONFIG_USERCONFIG: userConfig });
  return {
    packages,
    tarballs: findTarballs(storage, packages),
    specs: new Map(packages.map(({ short, manifest }) => [short, manifest.version])),
    registry: url,
    jsr: await step("files for JSR", () => copyJsrFiles(join(temp, "jsr"), packages, env)),
    env: {
      ...env,
      NPM_CONFIG_USERCONFIG: userConfig,
      NPM_CONFIG_REGISTRY: url,
      DENO_DIR: join(temp, "deno"),
    },
  };
}

async function rehearse(temp: string): Promise<void> {
  const plain = plainEnvironment({ ...process.env, PATH: `${BIN}:${process.env.PATH}`, CI: "1", ...QUIET });
  await using closing = new AsyncDisposableStack();
  // Begins early, as it may have to download them.
  const nodes = findNodes();
  nodes.catch(() => undefined);
  const { tarballs, ...release } = options.quick
    ? await packHere(temp, plain)
    : await releaseCopy(temp, plain, closing);
  await step("what is in the tarballs", async () => {
    const problems = await checkTarballs(join(temp, "unpacked"), release.packages, tarballs);
    if (problems.length > 0) throw new Error(problems.join("\n"));
  }).catch(() => undefined);

  const published: Published = {
    ...release,
    folder: join(temp, "consumers"),
    programs: new Map([
      ["node", process.execPath],
      ["deno", join(BIN, "deno")],
      ["bun", join(BIN, "bun")],
      ["tools", import.meta.dirname],
      ...(await nodes),
    ]),
  };
  const emulator = await step("start the emulator", async () => {
    const consumer: Consumer = { name: "emulator", from: [], uses: ["emulator"], runs: [] };
    return closing.use(await serveEmulator(await installConsumer(consumer, published), release.env));
  });
  const consumers = CONSUMERS.filter(
    ({ name, quick }) => (quick || !options.quick) && new RegExp(options.only, "i").test(name),
  );
  const env = { ...release.env, INTERCOM_BASE_URL: emulator.url, INTERCOM_ACCESS_TOKEN: "token" };
  await tryConsumers(consumers, { ...published, env }, emulator);
}

const temp = mkdtempSync(join(tmpdir(), "rehearsal-"));
const start = performance.now();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    endAll();
    rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
    process.exit(1);
  });
}
try {
  await rehearse(temp);
} catch (error) {
  // A step has said so already; anything else is a fault of the rehearsal.
  if (!rows.some(({ result }) => result !== "ok")) console.error(error);
  process.exitCode = 1;
} finally {
  if (options.keep) console.log(`Left for a look: ${temp}`);
  else rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
}
const failed = rows.filter(({ result }) => result !== "ok").length;
if (failed > 0) process.exitCode = 1;
console.table(rows);
console.log(
  `${rows.length - failed} passed, ${failed} failed in ${Math.round((performance.now() - start) / 1000)} s`,
);
process.exit();
