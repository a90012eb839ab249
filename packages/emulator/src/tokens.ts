import type { Policy, Scope, TokenGrant } from "./options.ts";

/** An app that calls the API: what the rate allowance is given to. */
export interface App {
  readonly name: string;
  readonly workspace: string;
  /** Requests in a window of 10 seconds. */
  readonly rateLimit: number;
  /** A public app has no part in the allowance that the private apps of a workspace share. */
  readonly public: boolean;
}

/** Who a request comes from. */
export interface Caller {
  readonly app: App;
  readonly scopes: ReadonlySet<Scope>;
}

/** The workspace of a token that names none. */
export const defaultWorkspace = "default";

/** Returns a function from the `Authorization` header to the caller; `undefined` when it is not accepted. */
export function createTokenCheck({
  tokens,
  rateLimit,
}: Pick<Policy, "tokens" | "rateLimit">): (header: string | undefined) => Caller | undefined {
  const anyone: Caller = {
    app: { name: "any", workspace: defaultWorkspace, rateLimit, public: false },
    scopes: new Set(["read_events", "write_events"]),
  };
  const callers = new Map(tokens && callersOf(tokens, rateLimit));
  return (header = "") => {
    const token = /^bearer +(\S+) *$/i.exec(header)?.[1];
    if (token === undefined) return undefined;
    return tokens === undefined ? anyone : callers.get(token);
  };
}

/** Tokens of one app of one workspace share its allowance, which the first of them sets. */
function callersOf(tokens: readonly TokenGrant[], rateLimit: number): [token: string, Caller][] {
  const apps = new Map<string, App>();
  return tokens.map((grant, index) => {
    const { workspace = defaultWorkspace, app: name = `app-${index + 1}` } = grant;
    const key = JSON.stringify([workspace, name]);
    const app = apps.get(key) ?? {
      name,
      workspace,
      rateLimit: grant.rateLimit ?? rateLimit,
      public: grant.public ?? false,
    };
    apps.set(key, app);
    return [grant.token, { app, scopes: new Set(grant.scopes) }];
  });
}
