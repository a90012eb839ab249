import { expect, it } from "vitest";
import { plainEnvironment } from "./plain-environment.ts";

it("hands on nothing that names a registry or holds a token for one", () => {
  const env = {
    PATH: "/bin",
    NODE_EXTRA_CA_CERTS: "/ca.pem",
    npm_config_registry: "https://npm.example",
    NPM_CONFIG_USERCONFIG: "/home/me/.npmrc",
    pnpm_config_registry: "https://npm.example",
    NODE_AUTH_TOKEN: "secret",
    NPM_TOKEN: "secret",
    BUN_CONFIG_REGISTRY: "https://npm.example",
    TURBO_TOKEN: "secret",
    TURBO_TEAM: "acme",
  };
  expect(plainEnvironment(env)).toEqual({ PATH: "/bin", NODE_EXTRA_CA_CERTS: "/ca.pem" });
});
