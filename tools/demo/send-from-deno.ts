import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Assignment, RuntimeReport } from "./send-events.ts";

/** The program itself, not the package's command, which would leave it running when it is ended. */
const DENO = join(
  import.meta.dirname,
  "../../node_modules/deno",
  process.platform === "win32" ? "deno.exe" : "deno",
);

const TIMEOUT = 30_000;

/** Sends the events from a Deno that may reach the API's host and nothing else: no file, no variable. */
export function sendFromDeno(assignment: Assignment): Promise<RuntimeReport> {
  if (!existsSync(DENO)) {
    throw new Error(`Deno is not installed (${DENO} is missing): start with \`npm run demo\``);
  }
  const args = [
    "run",
    "--quiet",
    "--no-prompt",
    "--no-lock",
    "--cached-only",
    `--allow-net=${new URL(assignment.baseUrl).host}`,
    join(import.meta.dirname, "send.deno.ts"),
  ];
  const { INTERCOM_ACCESS_TOKEN: _, ...env } = process.env;
  return new Promise((resolve, reject) => {
    const options = {
      env: { ...env, DENO_NO_UPDATE_CHECK: "1" },
      timeout: TIMEOUT,
      killSignal: "SIGKILL",
    } as const;
    const child = execFile(DENO, args, options, (error, stdout, stderr) => {
      process.stderr.write(stderr);
      if (error === null) resolve(JSON.parse(stdout));
      else if (error.killed) reject(new Error(`Deno did not finish within ${TIMEOUT / 1000} s`));
      else reject(new Error(`Deno ended with ${error.code ?? error.signal}; what it said is above`));
    });
    // A Deno that ended before it read everything is told of by the callback.
    child.stdin?.on("error", () => undefined).end(JSON.stringify(assignment));
  });
}
