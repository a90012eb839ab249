import { createEmulator, type Emulator, type EmulatorOptions } from "../src/index.ts";

/** The second at which the tests' clock stands: the start of a rate window. */
export const second = 1_700_000_000;

interface Init {
  readonly method?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** An emulator with a clock that only moves when told, and short ways to call it. */
export interface Bench {
  readonly emulator: Emulator;
  /** Moves the clock. */
  advance(ms: number): void;
  /** `POST /events`; a string is sent as it is. */
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Any request. */
  call(target: string, init?: Init): Promise<Response>;
  /** Any request, its reply parsed. */
  json(target: string, init?: Init): Promise<{ [key: string]: unknown }>;
}

export const origin = "http://emulator.test";

export function createBench(options: EmulatorOptions = {}): Bench {
  let time = second * 1000;
  const emulator = createEmulator({ now: () => time, ...options });
  const authorized = { authorization: "Bearer test-token" };
  const call: Bench["call"] = (target, init = {}) =>
    emulator.fetch(
      new Request(new URL(target, origin), {
        ...init,
        headers: { ...authorized, ...init.headers },
      }),
    );
  return {
    emulator,
    advance: (ms) => {
      time += ms;
    },
    call,
    post: (body, headers) =>
      call("/events", {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      }),
    json: async (target, init) => (await (await call(target, init)).json()) as { [key: string]: unknown },
  };
}

/** A valid event; `changes` with `undefined` leave a field out. */
export function event(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { event_name: "placed-order", created_at: second, user_id: "314159", ...changes };
}

/** The status, code and message of a refusal. */
export async function refusalOf(reply: Response): Promise<[status: number, code?: string, message?: string]> {
  const text = await reply.text();
  if (text === "") return [reply.status];
  const [error] = (JSON.parse(text) as { errors: { code: string; message: string }[] }).errors;
  return [reply.status, error?.code ?? "", error?.message ?? ""];
}
