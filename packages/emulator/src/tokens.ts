import type { Policy, Scope } from "./options.ts";

/** Who a request comes from. */
export interface Caller {
  readonly workspace: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** The workspace of a token that names none. */
export const defaultWorkspace = "default";

/** Returns a function from the `Authorization` header to the caller; `undefined` when it is not accepted. */
export function createTokenCheck(
  grants: Policy["tokens"],
): (header: string | undefined) => Caller | undefined {
  const anyone: Caller = { workspace: defaultWorkspace, scopes: new Set(["read_events", "write_events"]) };
  const callers = new Map(
    grants?.map(({ token, scopes, workspace = defaultWorkspace }) => [
      token,
      { workspace, scopes: new Set(scopes) },
    ]),
  );
  return (header = "") => {
    const token = /^bearer +(\S+) *$/i.exec(header)?.[1];
    if (token === undefined) return undefined;
    return grants === undefined ? anyone : callers.get(token);
  };
}
