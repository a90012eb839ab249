import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmulator } from "@intercom-events/emulator";
import { build } from "tsup";
import type { TestProject } from "vitest/node";
import { scriptTag } from "../tsup.config.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Where the emulator listens. */
    emulator: string;
    /** The build for a `<script>` tag. */
    script: string;
  }
}

/** Starts the emulator and builds the script, for tests that cannot do so from within a page. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const emulator = createEmulator();
  const [{ url }, script] = await Promise.all([emulator.listen(), buildScript()]);
  project.provide("emulator", url);
  project.provide("script", script);
  return () => emulator.close();
}

async function buildScript(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), "intercom-events-"));
  try {
    await build({ ...scriptTag, outDir, config: false, silent: true });
    return await readFile(join(outDir, "index.global.js"), "utf8");
  } finally {
    await rm(outDir, { recursive: true });
  }
}
