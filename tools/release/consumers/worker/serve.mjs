/** Runs the bundled worker in workerd, once. */
import { Miniflare } from "miniflare";

const { INTERCOM_BASE_URL, INTERCOM_ACCESS_TOKEN, RUN } = process.env;
const worker = new Miniflare({
  modules: true,
  scriptPath: "worker.bundle.mjs",
  compatibilityDate: "2026-04-01",
  cf: false, // else it asks the network where it is
  bindings: { INTERCOM_BASE_URL, INTERCOM_ACCESS_TOKEN, RUN },
});
try {
  const reply = await worker.dispatchFetch("https://shop.example/");
  const text = await reply.text();
  if (reply.status !== 200) throw new Error(text);
} finally {
  await worker.dispose();
}
