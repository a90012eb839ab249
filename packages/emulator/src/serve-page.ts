import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { jsonReply, type PlainReply, type PlainRequest } from "./plain-message.ts";

/** Where the build puts the page: the same seen from `src` and from `dist`. */
const pageDirectory = (): string => fileURLToPath(new URL("../dist/page/", import.meta.url));

const files: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  "/": { file: "index.html", type: "text/html; charset=utf-8" },
  "/_emulator/page/page.js": { file: "page.js", type: "text/javascript; charset=utf-8" },
  "/_emulator/page/page.css": { file: "page.css", type: "text/css; charset=utf-8" },
  "/_emulator/page/icon.svg": { file: "icon.svg", type: "image/svg+xml" },
};

/** The page shows what anyone may have sent: it runs its own files alone, and asks no other host for anything. */
const headers = {
  "cache-control": "no-cache",
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** A file of the page at `/`; `undefined` when the request is for none. */
export function servePage(
  { method, path }: Pick<PlainRequest, "method" | "path">,
  directory: () => string = pageDirectory,
): PlainReply | undefined {
  const reads = method === "GET" || method === "HEAD"; // tools that wait for a server to be up ask for the head
  const asked = reads && Object.hasOwn(files, path) ? files[path] : undefined;
  if (!asked) return undefined;
  try {
    const body = readFileSync(join(directory(), asked.file), "utf8");
    return { status: 200, headers: { "content-type": asked.type, ...headers }, body };
  } catch (error) {
    return jsonReply(404, { error: `the page is not there, build it first: ${(error as Error).message}` });
  }
}
