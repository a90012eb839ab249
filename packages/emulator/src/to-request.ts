import { misuse } from "./misuse.ts";

/**
 * The request that `fetch` would send for these arguments. One without `init` stays itself, so that it may be of
 * another implementation than the global one.
 * @throws TypeError unless the URL is absolute and http or https, and for what `Request` refuses
 */
export function toRequest(input: Request | URL | string, init?: RequestInit): Request {
  const request = isRequest(input) ? input : undefined;
  const url = request ? request.url : String(input);
  // A page would complete a relative one by its own address, which is not the emulator's.
  if (!isHttp(url)) {
    throw misuse("fetch", "input", "a Request or an absolute http or https URL", url);
  }
  return request && init === undefined ? request : new Request(input, init);
}

function isRequest(input: Request | URL | string): input is Request {
  return typeof input === "object" && input !== null && "url" in input && "signal" in input;
}

function isHttp(url: string): boolean {
  try {
    return /^https?:$/.test(new URL(url).protocol); // URL.canParse, called often, refuses "ü" in Node.js 20 and 22.
  } catch {
    return false;
  }
}
