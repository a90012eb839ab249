import { spawnSync } from "node:child_process";
import { join } from "node:path";

/**
 * Builds the packages, so that what is shown is what a user of them gets. Quiet, unless it fails.
 *
 * @throws {Error} if it fails, after printing what the build said
 */
export function build(): void {
  const { status, error, stdout, stderr } = spawnSync(
    "turbo",
    ["run", "build", "--output-logs=errors-only"],
    {
      cwd: join(import.meta.dirname, "../.."),
      encoding: "utf8",
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" },
      shell: process.platform === "win32",
      timeout: 300_000,
    },
  );
  if (error) throw new Error(`Cannot build: ${error.message}. Start with \`npm run demo\``);
  if (status === 0) return;
  console.error(stdout + stderr);
  throw new Error("Cannot build: what the build said is above");
}
