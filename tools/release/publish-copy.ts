import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assertRegistry } from "./assert-registry.ts";
import { findPackages } from "./packages.ts";
import { run } from "./run.ts";
import { step } from "./step.ts";

/** Clones what is committed here, and installs its tools as the lockfile says. */
export async function copyRepository(root: string, copy: string, env: NodeJS.ProcessEnv): Promise<void> {
  const here = { cwd: root, env };
  const inCopy = { cwd: copy, env };
  await step("clone", async () => {
    await run(["git", "clone", "--quiet", "--no-hardlinks", root, copy], here);
    await run(["git", "config", "user.name", "rehearsal"], inCopy);
    await run(["git", "config", "user.email", "rehearsal@localhost"], inCopy);
  });
  await step("install from the lockfile", () =>
    run(["pnpm", "install", "--frozen-lockfile", "--prefer-offline"], inCopy),
  );
}

/** Adds a changeset for all packages, and has the next versions written, as the pull request of a release does. */
export async function versionCopy(copy: string, env: NodeJS.ProcessEnv): Promise<void> {
  const inCopy = { cwd: copy, env };
  const before = findPackages(copy);
  await step("version", async () => {
    const names = before.map(({ manifest }) => `${JSON.stringify(manifest.name)}: minor\n`);
    writeFileSync(join(copy, ".changeset/rehearsal.md"), `---\n${names.join("")}---\n\nA rehearsal.\n`);
    await run(["pnpm", "release:version"], inCopy);
    await run(["git", "add", "--all"], inCopy);
    await run(["git", "commit", "--quiet", "--no-verify", "--message=Release"], inCopy);
    const after = findPackages(copy);
    for (const [at, { manifest, deno }] of after.entries()) {
      if (manifest.version === before[at]?.manifest.version)
        throw new Error(`${manifest.name} has no new version`);
      if (deno && deno.version !== manifest.version) {
        throw new Error(`${manifest.name} is ${manifest.version} for npm and ${deno.version} for JSR`);
      }
    }
  });
}

/**
 * Publishes all packages of a copy with the scripts of a release.
 *
 * @throws {Error} if anything but the given registry could be published to
 */
export async function publishCopy(copy: string, registry: string, env: NodeJS.ProcessEnv): Promise<void> {
  const packages = findPackages(copy);
  await step("is the registry the throwaway one", () =>
    assertRegistry(packages, registry, { cwd: copy, env }),
  );
  await step("publish", async () => {
    const report = join(copy, "../published.ndjson");
    await run(["pnpm", "release:publish"], { cwd: copy, env: { ...env, CHANGESETS_OUTPUT: report } });
    // The action that makes tags and releases on GitHub reads this report and nothing else.
    const told = readFileSync(report, "utf8");
    for (const { manifest } of packages) {
      const tag = `${manifest.name}@${manifest.version}`;
      if (!told.includes(tag)) throw new Error(`changeset did not report that it published ${tag}\n${told}`);
    }
  });
  await step("publish to JSR, all but the upload", () =>
    run(["pnpm", "release:publish:jsr", "--dry-run"], { cwd: copy, env }),
  );
}
