import { wrongOption } from "./check-option.ts";
import type { ClientOptions } from "./client-options.ts";
import { describe } from "./describe.ts";
import { assertOptions } from "./resolve-options.ts";

/** What core takes and a runtime's package puts in: given by a program it would be passed over. */
const PUT_IN = ["transport", "release"];

/** The options of a client, taken apart; {@link splitRuntimeOptions}. */
export interface SplitOptions<Options extends ClientOptions, Name extends keyof Options & string> {
  /** Those of the runtime's package, checked, with each default in its place. */
  readonly own: Readonly<Record<Name, number>>;
  /** The others, not checked yet: core's `createClient` does that. */
  readonly core: Omit<Options, Name> & { readonly runtimeOptions: readonly string[] };
}

/**
 * Takes the options of a runtime's client apart: what its package takes besides those of core, which are lengths of time
 * in milliseconds, and the rest. For packages that build on core.
 *
 * @param defaults the package's own options
 * @throws {TypeError} naming the option that is wrong and what was expected
 */
export function splitRuntimeOptions<Options extends ClientOptions, Name extends keyof Options & string>(
  options: Options,
  defaults: Readonly<Record<Name, number>>,
): SplitOptions<Options, Name> {
  assertOptions(options);
  const core: Record<string, unknown> = {
    runtimeOptions: Object.keys(defaults),
    ...(options as object),
  };
  const own: Record<string, number> = {};
  for (const [name, standard] of Object.entries<number>(defaults)) {
    const { [name]: given = standard } = core;
    own[name] = milliseconds(name, given);
    delete core[name];
  }
  for (const name of PUT_IN) {
    if (name in core)
      throw new TypeError(
        `Cannot create client: "${name}" must be left out; a client with another one is made by @intercom-events/core`,
      );
  }
  return { own, core } as unknown as SplitOptions<Options, Name>;
}

function milliseconds(name: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw wrongOption(
    name,
    "whole milliseconds, 0 or more",
    typeof value === "number" ? describe(value) : typeof value,
  );
}
