import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "tsup";
import { publishedScript } from "../tsup.config.ts";

/** Makes the build for a `<script>` tag. */
export async function buildScript(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), "intercom-events-"));
  try {
    await build({ ...publishedScript, outDir, config: false, silent: true });
    return await readFile(join(outDir, "index.global.js"), "utf8");
  } finally {
    await rm(outDir, { recursive: true });
  }
}
