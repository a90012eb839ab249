import { expectTypeOf, test } from "vitest";
import type {
  ContactInput,
  Emulator,
  EmulatorOptions,
  EventMatch,
  Fault,
  RequestMatch,
  TokenGrant,
  WaitOptions,
} from "./index.ts";

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

/** Its optional properties, each of which may as well be given as `undefined`. */
type NotGiven<T> = { [Key in keyof T as object extends Pick<T, Key> ? Key : never]-?: undefined };

test("what is undefined is not given", () => {
  expectTypeOf<NotGiven<EmulatorOptions>>().toExtend<EmulatorOptions>();
  expectTypeOf<NotGiven<TokenGrant> & { token: string; scopes: [] }>().toExtend<TokenGrant>();
  expectTypeOf<NotGiven<ContactInput>>().toExtend<ContactInput>();
  expectTypeOf<NotGiven<EventMatch>>().toExtend<EventMatch>();
  expectTypeOf<NotGiven<Fault>>().toExtend<Fault>();
  expectTypeOf<
    NotGiven<Pick<RequestMatch, "path" | "status" | "reason" | "field">>
  >().toExtend<RequestMatch>();
  expectTypeOf<NotGiven<WaitOptions>>().toExtend<WaitOptions>();
});
