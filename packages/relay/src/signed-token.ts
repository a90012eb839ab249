/** What a token says. */
export interface Claims {
  /** A claim by its name. */
  readonly [name: string]: unknown;
}

/** Three parts of base64url: JWS compact serialization, RFC 7515, section 7.1. */
const TOKEN = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/;

/**
 * Returns the claims of a token that one of the keys has signed by HS256, and `undefined` for any other
 * text. It knows that one algorithm, whatever the header says, and reads no claim before the signature is
 * verified, which WebCrypto does in constant time.
 */
export async function readToken(token: string, keys: readonly CryptoKey[]): Promise<Claims | undefined> {
  const [, header = "", payload = "", signature = ""] = TOKEN.exec(token) ?? [];
  const signed = bytesOf(signature);
  if (!signed || !isPlainHeader(jsonOf(header))) return undefined;
  const data = new TextEncoder().encode(`${header}.${payload}`);
  const verified = await Promise.all(keys.map((key) => crypto.subtle.verify("HMAC", key, signed, data)));
  return verified.includes(true) ? jsonOf(payload) : undefined;
}

/** Whether a header asks for nothing but HS256: no other algorithm, type or extension. */
function isPlainHeader(header: Claims | undefined): boolean {
  if (header?.alg !== "HS256" || "crit" in header || "b64" in header) return false;
  return header.typ === undefined || (typeof header.typ === "string" && header.typ.toUpperCase() === "JWT");
}

/** The object that a part holds. */
function jsonOf(part: string): Claims | undefined {
  const bytes = bytesOf(part);
  if (!bytes) return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Claims)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The bytes of base64url without padding, which has one spelling only: another one is no token. */
function bytesOf(part: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const text = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
    const canonical = btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    return part === canonical ? Uint8Array.from(text, (letter) => letter.charCodeAt(0)) : undefined;
  } catch {
    return undefined;
  }
}
