import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { runServer } from "verdaccio";

/** A registry of this process, on a free loopback port. */
export interface Registry extends AsyncDisposable {
  /** Its address, with a slash at the end. */
  readonly url: string;
  /** A file for `NPM_CONFIG_USERCONFIG`, which names it and a token that only it takes. */
  readonly userConfig: string;
  /** Where it keeps what was published. */
  readonly storage: string;
}

/**
 * Starts a registry that takes packages of one scope and hands on the requests for all others.
 *
 * @param folder where it keeps its files
 * @param scope its own packages, such as `@intercom-events`
 * @param upstream the address of the registry that has all others
 */
export async function startRegistry(folder: string, scope: string, upstream: string): Promise<Registry> {
  const storage = join(folder, "storage");
  await mkdir(storage, { recursive: true });
  const server: Server = await runServer({
    self_path: join(folder, "verdaccio.yaml"),
    storage,
    configPath: join(folder, "verdaccio.yaml"),
    web: { enable: false },
    auth: { htpasswd: { file: join(folder, "htpasswd") } },
    uplinks: { upstream: { url: upstream, maxage: "60m", timeout: "60s", max_fails: 100 } },
    packages: {
      // Nothing of this scope is asked of the other registry, nor could it be.
      [`${scope}/*`]: { access: "$all", publish: "$all", unpublish: "$all" },
      "**": { access: "$all", proxy: "upstream" },
    },
    max_body_size: "50mb",
    server: { keepAliveTimeout: 60 },
    log: { type: "stdout", format: "pretty", level: "fatal" },
    // biome-ignore lint/suspicious/noExplicitAny: its type asks for every field, most of which have defaults
  } as any);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const userConfig = join(folder, "npmrc");
  await writeFile(
    userConfig,
    `registry=http://127.0.0.1:${port}/\n//127.0.0.1:${port}/:_authToken=rehearsal\n`,
  );
  return {
    url: `http://127.0.0.1:${port}/`,
    userConfig,
    storage,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
