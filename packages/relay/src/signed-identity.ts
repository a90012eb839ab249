import { type Clock, type Contact, systemClock } from "@intercom-events/core";
import { A_CLOCK, A_FUNCTION, AN_OBJECT, check, checkOptions, integer } from "./check-options.ts";
import type { Identify } from "./relay-options.ts";
import { type Claims, readToken } from "./signed-token.ts";

/** What `signedIdentity` takes. */
export interface SignedIdentityOptions {
  /**
   * The secret that the site signs tokens with, of 32 bytes at least; several while it is being replaced.
   * A text is taken as UTF-8.
   */
  readonly secret: string | Uint8Array | readonly (string | Uint8Array)[];
  /** What `aud` must be or hold. Without it, tokens for an audience are refused. */
  readonly audience?: string | undefined;
  /** What `iss` must be. @default any */
  readonly issuer?: string | undefined;
  /** Milliseconds that the clocks of the signer and of the relay may differ. @default 30000 */
  readonly clockTolerance?: number | undefined;
  /**
   * The contact that claims name, or `null` for none.
   * @default `user_id`, or else `email`, as in the tokens that Intercom's Messenger takes
   */
  readonly contact?: ((claims: Claims) => Contact | null) | undefined;
  /** Time, for tests. */
  readonly clock?: Clock | undefined;
}

const TASK = "create signed identity";

/** As long at least as what it makes: RFC 7518, section 3.2. */
const A_SECRET_LENGTH = {
  expected: "32 to 65536 bytes, as text or Uint8Array",
  fits: integer(32, 65_536).fits,
};

const A_TEXT = {
  expected: "a text that is not empty",
  fits: (value: unknown) => typeof value === "string" && value !== "",
};
const RULES = {
  secret: {
    expected: "a secret or a list of secrets",
    fits: (value: unknown) => secretsOf(value).length > 0,
  },
  audience: A_TEXT,
  issuer: A_TEXT,
  clockTolerance: integer(0),
  contact: A_FUNCTION,
  clock: A_CLOCK,
};

/**
 * Makes an `identify` that believes the token of the body if the site has signed it: a JWT by HS256, with
 * an `exp`. What it refuses is a caller that is not known.
 *
 * @throws {TypeError} naming the option that is wrong and what was expected, without the secret
 * @example
 * createRelay({ client, events: ["viewed-pricing"], identify: signedIdentity({ secret: process.env.IDENTITY_SECRET! }) });
 */
export function signedIdentity(options: SignedIdentityOptions): Identify {
  check(TASK, "options", options, AN_OBJECT);
  checkOptions(TASK, options, RULES);
  check(TASK, "secret", options.secret, RULES.secret);
  const secrets = secretsOf(options.secret).map(bytesOf);
  for (const secret of secrets) check(TASK, "secret", secret?.length, A_SECRET_LENGTH);
  const { audience, issuer, clockTolerance = 30_000, contact = contactOf, clock = systemClock } = options;
  let keys: Promise<CryptoKey[]> | undefined;
  return async (_request, { identity }) => {
    if (identity === undefined) return null;
    keys ??= Promise.all(secrets.map((secret) => importKey(secret as Uint8Array)));
    const claims = await readToken(identity, await keys);
    if (!claims || !isValid(claims, { audience, issuer, clockTolerance, now: clock.now() })) return null;
    return contact(claims);
  };
}

/** What the claims of a token must be. */
interface Expected {
  readonly audience: string | undefined;
  readonly issuer: string | undefined;
  /** Milliseconds. */
  readonly clockTolerance: number;
  readonly now: number;
}

/** From here on a number of seconds (the year 5138) was meant as milliseconds: such a token would never expire. */
const FIRST_MILLISECONDS = 1e11;

/** Judges the claims that say when and for whom a token is valid: RFC 7519, section 4.1. */
function isValid(
  { exp, nbf, iat, aud, iss }: Claims,
  { audience, issuer, clockTolerance, now }: Expected,
): boolean {
  if (typeof exp !== "number" || exp >= FIRST_MILLISECONDS) return false;
  if (!(now < exp * 1000 + clockTolerance)) return false;
  for (const start of [nbf, iat]) {
    if (start === undefined) continue;
    if (typeof start !== "number" || !(now >= start * 1000 - clockTolerance)) return false;
  }
  if (issuer !== undefined && iss !== issuer) return false;
  if (aud === undefined) return audience === undefined;
  return audience !== undefined && (Array.isArray(aud) ? aud.includes(audience) : aud === audience);
}

/** The contact of a token for Intercom's Messenger: help article 10589769. */
function contactOf({ user_id, email }: Claims): Contact | null {
  const userId = typeof user_id === "number" && Number.isSafeInteger(user_id) ? String(user_id) : user_id;
  if (typeof userId === "string" && userId.trim() !== "") return { userId };
  // A token with an id that cannot be read is not one of somebody else.
  if (user_id !== undefined && user_id !== null) return null;
  return typeof email === "string" && email.includes("@") ? { email } : null;
}

function importKey(secret: Uint8Array): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", new Uint8Array(secret), algorithm, false, ["verify"]);
}

function secretsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function bytesOf(secret: unknown): Uint8Array | undefined {
  if (typeof secret === "string") return new TextEncoder().encode(secret);
  // A copy, as the caller may overwrite its own.
  return secret instanceof Uint8Array ? new Uint8Array(secret) : undefined;
}
