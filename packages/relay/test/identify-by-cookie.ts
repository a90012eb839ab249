/** Callers are known by a cookie `user=…`. */
export function identifyByCookie(request: Request): { userId: string } | null {
  const user = /(?:^|; )user=([\w-]+)/.exec(request.headers.get("cookie") ?? "")?.[1];
  return user === undefined ? null : { userId: user };
}
