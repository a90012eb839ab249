import { exec } from "node:child_process";
import { promisify } from "node:util";

/** The path of that version's program, downloaded by npm if need be. @throws {Error} if it cannot be had */
export async function findNode(version: string): Promise<string> {
  // Through a shell, as npx is a script on Windows.
  const command = `npx --yes --package node@${version} --call "node -p process.version+process.execPath"`;
  const { stdout } = await promisify(exec)(command).catch(({ stderr }) => {
    throw new Error(`Node ${version} cannot be had: ${String(stderr).trim() || "npx failed"}`);
  });
  const printed = stdout.trim().split("\n").at(-1) ?? "";
  if (!printed.startsWith(`v${version}`))
    throw new Error(`Node ${version} cannot be had: npx ran ${printed}`);
  return printed.slice(version.length + 1);
}
