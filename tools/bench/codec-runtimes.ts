import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { findChromium } from "../chromium.ts";
import type { CodecName } from "./codec-program.ts";

/** What a runtime has found. */
export interface CodecRound {
  readonly version: string;
  readonly times: Readonly<Record<CodecName, number>>;
}

/** Milliseconds after which a runtime is ended. */
const TIMEOUT = 60_000;

const modules = join(import.meta.dirname, "../../node_modules");
const onWindows = process.platform === "win32";

/** The programs themselves, not the packages' commands, which would leave them running when they are ended. */
const PROGRAMS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  "Node.js": [process.execPath],
  Deno: [
    join(modules, "deno", onWindows ? "deno.exe" : "deno"),
    "run",
    "--quiet",
    "--no-prompt",
    "--no-lock",
  ],
  Bun: [join(modules, "bun/bin/bun.exe"), "run"],
};

/** The runtimes, each of which runs the program once. */
export const CODEC_RUNTIMES = [...Object.keys(PROGRAMS), "Chromium"];

/** Bundles the program with the sources of core, the same for all runtimes, and a last line that says what it found. */
async function bundleProgram(last: string): Promise<string> {
  const contents = `import { measureCodec } from "./codec-program.ts";\n${last}`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["@intercom-events/source", "import"],
    // mitata asks for these only where they are.
    external: ["node:*", "bun:*"],
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}

const LAST_LINE = `
const version = globalThis.Deno?.version.deno ?? globalThis.Bun?.version ?? globalThis.process?.versions.node ?? "";
globalThis.codec = measureCodec().then((times) => ({ version, times }));
`;

/** The text of the program for a runtime. */
export async function codecProgram(runtime: string): Promise<string> {
  return bundleProgram(
    runtime in PROGRAMS ? `${LAST_LINE}console.log(JSON.stringify(await globalThis.codec));` : LAST_LINE,
  );
}

/** Runs the program. @param path its file @throws {Error} when the runtime is missing, fails or takes too long */
export async function runCodec(runtime: string, path: string): Promise<CodecRound> {
  const [program, ...args] = PROGRAMS[runtime] ?? [];
  if (program === undefined) return runInChromium(path);
  const options = {
    timeout: TIMEOUT,
    killSignal: "SIGKILL",
    env: { ...process.env, DENO_NO_UPDATE_CHECK: "1" },
  } as const;
  const { stdout } = await promisify(execFile)(program, [...args, path], options);
  return JSON.parse(stdout) as CodecRound;
}

async function runInChromium(path: string): Promise<CodecRound> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>codec</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { executablePath, args } = await findChromium();
  const browser = await chromium.launch({ executablePath, args: [...args], timeout: TIMEOUT });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.addScriptTag({ path, type: "module" });
    await page.waitForFunction(() => "codec" in globalThis); // A module runs when it may, not when it is added.
    const found = await Promise.race([
      page.evaluate(() => (globalThis as unknown as { codec: Promise<CodecRound> }).codec),
      new Promise<never>((_, reject) =>
        setTimeout(reject, TIMEOUT, new Error("Chromium did not finish")).unref(),
      ),
    ]);
    return { ...found, version: browser.version() };
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}
