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
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { findNode } from "../find-node.ts";
import { NODE_VERSIONS } from "../runtimes.ts";
import { CONSUMERS, type Consumer } from "./cases.ts";
import { checkTarball } from "./check-tarball.ts";
import { findTarballs, packPackages, type Tarballs } from "./pack-packages.ts";
import { findPackages, type PublicPackage } from "./packages.ts";
import { plainEnvironment } from "./plain-environment.ts";
import { copyRepository, publishCopy, versionCopy } from "./publish-copy.ts";
import { readTarball } from "./read-tarball.ts";
import { endAll, run } from "./run.ts";
import { type ServedEmulator, serveEmulator } from "./serve-emulator.ts";
import { type Registry, startRegistry } from "./start-registry.ts";
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

/** What ran: seconds, and what went wrong. */
const rows: { what: string; seconds: number; result: string }[] = [];

async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const end = (result: string): void => {
    const seconds = Math.round((performance.now() - start) / 100) / 10;
    rows.push({ what, seconds, result });
    console.log(`${result === "ok" ? "ok  " : "FAIL"} ${what} (${seconds} s)`);
  };
  try {
    const answer = await work();
    end("ok");
    return answer;
  } catch (error) {
    end("failed");
    console.error(error instanceof Error ? error.message : error);
    throw error;
  }
}

async function checkTarballs(
  temp: string,
  packages: readonly PublicPackage[],
  tarballs: Tarballs,
): Promise<void> {
  const versions = new Map(packages.map(({ manifest }) => [manifest.name, manifest.version]));
  const problems: string[] = [];
  for (const { short, manifest } of packages) {
    const tarball = await readTarball(tarballs.get(short) ?? "", join(temp, "unpacked", short));
    problems.push(...checkTarball(tarball, versions).map((problem) => `${manifest.name}: ${problem}`));
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

/** Copies the files that `deno publish` would upload, and answers the folders. */
async function serveAsJsr(temp: string, packages: readonly PublicPackage[], env: NodeJS.ProcessEnv) {
  const folders = new Map<string, string>();
  for (const { short, folder, deno } of packages) {
    if (!deno) continue;
    const output = await run([join(BIN, "deno"), "publish", "--dry-run", "--allow-dirty", "--no-check"], {
      cwd: folder,
      env: { ...env, NO_COLOR: "1" },
    });
    const files = [...output.matchAll(/file:\/\/(\S+) \(/g)].map(([, path = ""]) => decodeURIComponent(path));
    if (files.length === 0) throw new Error(`deno publish names no files of ${deno.name}\n${output}`);
    const target = join(temp, "jsr", short);
    for (const file of files) {
      const copy = join(target, file.slice(folder.length + 1));
      mkdirSync(dirname(copy), { recursive: true });
      cpSync(file, copy);
    }
    folders.set(short, target);
  }
  return folders;
}

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

async function findOther(major: string): Promise<[placeholder: string, path: string]> {
  return [`node${major}`, await findNode(NODE_VERSIONS[major] ?? major)];
}

async function rehearse(temp: string): Promise<void> {
  const plain = plainEnvironment({ ...process.env, PATH: `${BIN}:${process.env.PATH}`, CI: "1", ...QUIET });
  await using closing = new AsyncDisposableStack();
  // Begins early, as it may have to download them.
  const others = step("other versions of Node.js", () => Promise.all(["20", "22"].map(findOther)));
  others.catch(() => undefined);
  let source = ROOT;
  let registry: Registry | undefined;
  let env: NodeJS.ProcessEnv = plain;
  if (options.quick) {
    await step("build", () => run(["pnpm", "build"], { cwd: ROOT, env: plain }));
  } else {
    source = join(temp, "copy");
    const changed = await run(["git", "status", "--porcelain"], { cwd: ROOT, env: plain });
    if (changed.trim() !== "") console.log("What is not committed takes no part in the rehearsal.");
    // The packages of the copy, not those here, are on its path.
    const inCopy = plainEnvironment({ ...process.env, CI: "1", ...QUIET });
    await copyRepository(ROOT, source, inCopy, step);
    await versionCopy(source, inCopy, step);
    await step("build", () => run(["pnpm", "build"], { cwd: source, env: inCopy }));
    registry = await step("start the registry", async () => {
      const upstream = (
        await run(["npm", "config", "get", "registry"], { cwd: temp, env: process.env })
      ).trim();
      const scope = findPackages(source)[0]?.manifest.name.split("/")[0] ?? "";
      return closing.use(
        await startRegistry(join(temp, "registry"), scope, upstream.split("\n").at(-1) ?? ""),
      );
    });
    const toRegistry = { NPM_CONFIG_USERCONFIG: registry.userConfig };
    await publishCopy(source, registry.url, { ...inCopy, ...toRegistry }, step);
    env = { ...plain, ...toRegistry, NPM_CONFIG_REGISTRY: registry.url, DENO_DIR: join(temp, "deno") };
  }

  const packages = findPackages(source);
  const tarballs = registry
    ? findTarballs(registry.storage, packages)
    : await step("pack", () => packPackages(join(temp, "tarballs"), packages, plain));
  await step("what is in the tarballs", () => checkTarballs(temp, packages, tarballs)).catch(() => undefined);

  const published: Published = {
    folder: join(temp, "consumers"),
    packages,
    specs: new Map(
      packages.map(({ short, manifest }) => [
        short,
        registry ? manifest.version : `file:${tarballs.get(short)}`,
      ]),
    ),
    registry: registry?.url,
    jsr: options.quick ? new Map() : await step("files for JSR", () => serveAsJsr(temp, packages, plain)),
    env,
    programs: new Map([
      ["node", process.execPath],
      ["deno", join(BIN, "deno")],
      ["bun", join(BIN, "bun")],
      ["tools", import.meta.dirname],
      ...(await others),
    ]),
  };
  const emulator = await step("start the emulator", async () => {
    const consumer: Consumer = { name: "emulator", from: [], uses: ["emulator"], runs: [] };
    return closing.use(await serveEmulator(await installConsumer(consumer, published), env));
  });
  const consumers = CONSUMERS.filter(
    ({ name, quick }) => (quick || !options.quick) && new RegExp(options.only, "i").test(name),
  );
  await tryConsumers(
    consumers,
    { ...published, env: { ...env, INTERCOM_BASE_URL: emulator.url, INTERCOM_ACCESS_TOKEN: "token" } },
    emulator,
  );
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
