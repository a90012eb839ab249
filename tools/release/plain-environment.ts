/**
 * An environment without what would name another registry or hold a token for one: what `npm` and `pnpm` read of it,
 * and what they hand to the scripts they run.
 */
export function plainEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const named = /^(p?npm_|bun_|turbo_token$|turbo_team$|npm_token$|node_auth_token$)/i;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !named.test(name)));
}
