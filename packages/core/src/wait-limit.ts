import { describe } from "./describe.ts";

/**
 * The limit of a wait in milliseconds, as `WaitOptions` has it; `undefined` if there is none.
 *
 * @throws {TypeError} for what is no length of time, and for an unknown option
 */
export function waitLimit(options: unknown): number | undefined {
  // Anything else may be what an event hands to its listener, as in `process.once("SIGTERM", client.close)`.
  if (typeof options === "number")
    throw new TypeError(
      `Cannot wait: the options must be an object such as { timeout: ${options} }, got a number`,
    );
  const { timeout, ...others } = Object(options ?? {}) as { readonly timeout?: unknown };
  const isPlain = Object.getPrototypeOf(Object(options)) === Object.prototype; // Not so a stream or an event.
  const [unknown] = isPlain ? Object.keys(others) : [];
  if (unknown !== undefined)
    throw new TypeError(`Cannot wait: "${unknown}" must be one of timeout, got an unknown option`);
  if (timeout === undefined) return undefined;
  if (typeof timeout === "number" && timeout >= 0) return timeout;
  throw new TypeError(`Cannot wait: "timeout" must be milliseconds, got ${describe(timeout)}`);
}
