/** Runs the Worker on this machine, in workerd, the runtime it has at Cloudflare. */
import { build } from "esbuild";
import { Miniflare } from "miniflare";

const { INTERCOM_ACCESS_TOKEN = "", INTERCOM_BASE_URL, PORT = "3000" } = process.env;

const { outputFiles } = await build({
  entryPoints: ["worker.ts"],
  bundle: true,
  format: "esm",
  write: false,
});
const worker = new Miniflare({
  modules: true,
  script: outputFiles[0]?.text ?? "",
  compatibilityDate: "2026-04-01",
  bindings: { INTERCOM_ACCESS_TOKEN, ...(INTERCOM_BASE_URL && { INTERCOM_BASE_URL }) },
  cf: false,
  host: "127.0.0.1",
  port: Number(PORT),
});
const { origin } = await worker.ready;
console.log(`listening on ${origin}`);
