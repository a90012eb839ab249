import { createHmac } from "node:crypto";
import { inspect } from "node:util";
import fc from "fast-check";
import { generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, test } from "vitest";
import { fakeClock } from "../../core/tests/fake-clock.ts";
import { type SignedIdentityOptions, signedIdentity } from "./index.ts";

const SECRET = "distinctive-secret-5b8e2f7a91c04d63";
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const clock = fakeClock();
const NOW = Math.floor(clock.now() / 1000);
const REQUEST = new Request("https://shop.example/");

/** A token made by another library. */
function sign(claims: JWTPayload, secret = SECRET, header: object = {}): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "JWT", ...header }).sign(bytes(secret));
}

/** A token made of any texts, with a signature that is right. */
function signTexts(header: string, payload: string): string {
  const data = [header, payload].map((text) => Buffer.from(text).toString("base64url")).join(".");
  return `${data}.${createHmac("sha256", SECRET).update(data).digest("base64url")}`;
}

async function who(
  identity: string | undefined,
  options: Partial<SignedIdentityOptions> = {},
): Promise<unknown> {
  const identify = signedIdentity({ secret: SECRET, clock, ...options });
  return identify(
    REQUEST,
    identity === undefined ? { context: undefined } : { identity, context: undefined },
  );
}

const USER = { user_id: "314159", exp: NOW + 60 };

describe("a token is believed", () => {
  test.each<[string, JWTPayload, object]>([
    ["with an id", USER, { userId: "314159" }],
    [
      "with an e-mail and no id",
      { user_id: null, email: "a@example.org", exp: NOW + 60 },
      { email: "a@example.org" },
    ],
    ["with an id and an e-mail", { ...USER, email: "a@example.org" }, { userId: "314159" }],
    ["with an e-mail", { email: "a@example.org", exp: NOW + 60 }, { email: "a@example.org" }],
    ["with a number", { ...USER, user_id: 314159 }, { userId: "314159" }],
    ["that has started", { ...USER, nbf: NOW, iat: NOW }, { userId: "314159" }],
    ["of a clock a little behind", { ...USER, exp: NOW - 29 }, { userId: "314159" }],
    ["of a clock a little ahead", { ...USER, nbf: NOW + 29, iat: NOW + 29 }, { userId: "314159" }],
    ["with other claims", { ...USER, name: "x", iss: "y", sub: "z" }, { userId: "314159" }],
  ])("%s", async (_, claims, contact) => {
    expect(await who(await sign(claims))).toEqual(contact);
  });

  test("to the millisecond that the clocks may differ", async () => {
    // It is 987 ms after NOW, and 13 ms before the next second.
    const ask = async (claims: JWTPayload, clockTolerance: number) =>
      who(await sign({ ...USER, ...claims }), { clockTolerance });
    expect(await ask({ exp: NOW }, 988)).toEqual({ userId: "314159" });
    expect(await ask({ exp: NOW }, 987)).toBeNull();
    expect(await ask({ nbf: NOW + 1 }, 13)).toEqual({ userId: "314159" });
    expect(await ask({ nbf: NOW + 1 }, 12)).toBeNull();
  });

  test.each([undefined, "jwt"])("of the type %s", async (typ) => {
    expect(await who(await sign(USER, SECRET, { typ }))).toEqual({ userId: "314159" });
  });

  test.each([32, 65_536])("by a secret of %d bytes", async (length) => {
    const secret = "x".repeat(length);
    expect(await who(await sign(USER, secret), { secret })).toEqual({ userId: "314159" });
  });

  test("for the audience, from the issuer", async () => {
    const options = { audience: "relay", issuer: "shop" };
    for (const aud of ["relay", ["a", "relay"]]) {
      expect(await who(await sign({ ...USER, aud, iss: "shop" }), options)).toEqual({ userId: "314159" });
    }
  });

  test("by an old secret and by the new one", async () => {
    const next = "another-secret-that-is-long-enough-0";
    for (const secret of [SECRET, next]) {
      expect(await who(await sign(USER, secret), { secret: [next, bytes(SECRET)] })).toEqual({
        userId: "314159",
      });
    }
  });

  test("with a contact of other claims", async () => {
    const contact = ({ sub }: Readonly<Record<string, unknown>>) =>
      typeof sub === "string" ? { id: sub } : null;
    expect(await who(await sign({ sub: "lead", exp: NOW + 60 }), { contact })).toEqual({ id: "lead" });
    expect(await who(await sign(USER), { contact })).toBeNull();
  });
});

describe("a token is refused", () => {
  test.each<[string, object]>([
    ["that has expired", { ...USER, exp: NOW - 31 }],
    ["that never expires", { user_id: "314159" }],
    ["that expires by a text", { ...USER, exp: String(NOW + 60) }],
    ["that expires in milliseconds, and so never", { ...USER, exp: (NOW + 60) * 1000 }],
    ["that expires in 5138, where milliseconds begin", { ...USER, exp: 1e11 }],
    ["that is not valid yet", { ...USER, nbf: NOW + 31 }],
    ["that is not valid by a text", { ...USER, nbf: "0" }],
    ["from the future", { ...USER, iat: NOW + 31 }],
    ["for an audience", { ...USER, aud: "relay" }],
    ["for nobody", { exp: NOW + 60 }],
    ["for a number that another one is written as", { ...USER, user_id: 2 ** 53 }],
    ["for a blank id", { ...USER, user_id: " " }],
    ["for an id that is an object", { ...USER, user_id: { $ne: null }, email: "a@example.org" }],
    ["for an e-mail that is none", { email: "a", exp: NOW + 60 }],
    ["for a list of e-mails", { email: ["a@example.org"], exp: NOW + 60 }],
  ])("%s", async (_, claims) => {
    expect(await who(await sign(claims as JWTPayload))).toBeNull();
  });

  test.each([
    { aud: "other" },
    { aud: ["other"] },
    { aud: undefined },
    { aud: "relay", iss: "other" },
    { aud: "relay", iss: undefined },
  ])("for %j where something else is expected", async (claims) => {
    expect(
      await who(await sign({ ...USER, iss: "shop", ...claims } as JWTPayload), {
        audience: "relay",
        issuer: "shop",
      }),
    ).toBeNull();
  });

  test("when there is none", async () => expect(await who(undefined)).toBeNull());

  test("by another secret", async () => {
    expect(await who(await sign(USER, "another-secret-that-is-long-enough-0"))).toBeNull();
  });

  test("by another algorithm, whatever the header says", async () => {
    const { privateKey } = await generateKeyPair("RS256");
    const rs256 = await new SignJWT(USER).setProtectedHeader({ alg: "RS256" }).sign(privateKey);
    const hs512 = await new SignJWT(USER).setProtectedHeader({ alg: "HS512" }).sign(bytes(SECRET.repeat(2)));
    const none = new UnsecuredJWT(USER).encode();
    const [, payload] = (await sign(USER)).split(".");
    const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${payload}`;
    for (const token of [rs256, hs512, none, `${unsigned}.`, `${unsigned}.AA`])
      expect(await who(token)).toBeNull();
    const json = JSON.stringify(USER);
    for (const alg of ["none", "None", "HS384", "HS512", "RS256", "ES256", "hs256", "", null, ["HS256"]]) {
      expect(await who(signTexts(JSON.stringify({ alg }), json))).toBeNull();
    }
    expect(await who(signTexts('{"alg":"HS256"}', json))).toEqual({ userId: "314159" });
  });

  test.each([
    ['{"alg":"HS256","crit":["exp"]}', "an extension"],
    ['{"alg":"HS256","b64":false,"crit":["b64"]}', "an unencoded payload"],
    ['{"alg":"HS256","b64":false}', "an unencoded payload, without saying that it is an extension"],
    ['{"alg":"HS256","typ":"at+jwt"}', "another type"],
    ['{"alg":"HS256","typ":["JWT"]}', "no type"],
    ["{}", "no algorithm"],
    ["[]", "a list"],
    ["null", "nothing"],
    ["{", "no JSON"],
  ])("with the header %s: %s", async (header) => {
    expect(await who(signTexts(header, JSON.stringify(USER)))).toBeNull();
  });

  test.each(["null", "[]", '"x"', "1", "{", "", "\ufeff{}"])("with the payload %j", async (payload) => {
    expect(await who(signTexts('{"alg":"HS256"}', payload))).toBeNull();
  });

  test("with a prototype for claims", async () => {
    const payload = `{"__proto__":{"user_id":"1"},"exp":${NOW + 60}}`;
    expect(await who(signTexts('{"alg":"HS256"}', payload))).toBeNull();
  });

  test("cut off anywhere, or with any letter changed, dropped or added", async () => {
    const token = await sign(USER);
    expect(await who(token)).toEqual({ userId: "314159" });
    const identify = signedIdentity({ secret: SECRET, clock });
    const ask = (identity: string) => identify(REQUEST, { identity, context: undefined });
    for (let at = 0; at < token.length; at += 1) {
      const [before, after] = [token.slice(0, at), token.slice(at + 1)];
      const others = "AQgwBx-_.=+/".replace(token[at] ?? "", "");
      for (const other of [before, before + after, ...[...others].map((letter) => before + letter + after)]) {
        expect(await ask(other), other).toBeNull();
      }
      expect(await ask(`${before}A${token.slice(at)}`)).toBeNull();
    }
    // The last letter of a signature has two bits that say nothing: four letters would do.
    for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") {
      if (!token.endsWith(letter)) expect(await ask(token.slice(0, -1) + letter)).toBeNull();
    }
    for (const end of [".", "=", "==", " ", "\n", "\0", "."]) expect(await ask(token + end)).toBeNull();
    expect(await ask(` ${token}`)).toBeNull();
  }, 60_000);

  test("whatever it is", async () => {
    const identify = signedIdentity({ secret: SECRET, clock });
    const part = fc.oneof(fc.base64String(), fc.string({ unit: "binary" }), fc.constant(""));
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(part, { maxLength: 5 }).map((parts) => parts.join(".")),
    );
    await fc.assert(
      fc.asyncProperty(text, async (identity) => {
        expect(await identify(REQUEST, { identity, context: undefined })).toBeNull();
      }),
      { numRuns: 500 },
    );
  });
});

describe("the secret", () => {
  test.each<[string, unknown, string]>([
    ["none", undefined, "32 to 65536 bytes, as text or Uint8Array, got undefined"],
    ["a short text", "distinctive-secret", "32 to 65536 bytes, as text or Uint8Array, got 18"],
    ["short bytes", bytes("distinctive-secret"), "32 to 65536 bytes, as text or Uint8Array, got 18"],
    ["an object", { distinctive: SECRET }, "32 to 65536 bytes, as text or Uint8Array, got undefined"],
    ["an empty list", [], "a secret or a list of secrets, got object"],
    ["a short one of two", [SECRET, "short"], "32 to 65536 bytes, as text or Uint8Array, got 5"],
  ])("%s is refused without being told", (_, secret, why) => {
    let error: unknown;
    try {
      signedIdentity({ secret } as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toBe(`Cannot create signed identity: "secret" must be ${why}`);
    expect(inspect(error)).not.toContain("distinctive");
  });

  test.each([
    { secrets: SECRET },
    { secret: SECRET, audience: "" },
    { secret: SECRET, clockTolerance: -1 },
    { secret: SECRET, clock: {} },
    SECRET,
    undefined,
  ])("is not told when other options are wrong", (options) => {
    expect(() => signedIdentity(options as never)).toThrow(/^Cannot create signed identity: /);
    try {
      signedIdentity(options as never);
    } catch (error) {
      expect(inspect(error)).not.toContain("distinctive");
    }
  });

  test("is in nothing that can be printed, and not changed from outside", async () => {
    const given = bytes(SECRET);
    const identify = signedIdentity({ secret: given, clock });
    given.fill(0);
    expect(await identify(REQUEST, { identity: await sign(USER), context: undefined })).toEqual({
      userId: "314159",
    });
    const printed =
      inspect(identify, { showHidden: true, depth: 10 }) + JSON.stringify(identify) + String(identify);
    expect(printed).not.toContain("distinctive");
    expect(Reflect.ownKeys(identify).sort()).toEqual(["length", "name"]);
  });
});
