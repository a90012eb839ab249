import { createEmulator } from "@intercom-events/emulator";
import type { TestProject } from "vitest/node";
import { buildScript } from "./build-script.ts";

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
