import { expectTypeOf, test } from "vitest";
import type { Emulator } from "./index.ts";

test("fetch stands where a fetch is taken", () => {
  expectTypeOf<Emulator["fetch"]>().toExtend<typeof fetch>();
  expectTypeOf<Parameters<typeof fetch>>().toExtend<Parameters<Emulator["fetch"]>>();
});

/** What a transport of `@intercom-events/core` is given. */
interface WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

test("a transport may hand its request over", () => {
  const transport = ({ url, ...init }: WireRequest) => (({}) as Emulator).fetch(url, init);
  expectTypeOf(transport).returns.toEqualTypeOf<Promise<Response>>();
});
