import type { Client, ClientOptions, Outcome, VerdictKind } from "../src/index.ts";
import { IntercomError, monetaryAmount, richLink } from "../src/index.ts";
import { assertEqual } from "./assert-equal.ts";
import { TOKENS } from "./conformance-emulator.ts";

/** What a runtime supplies. */
export interface Conformance {
  /** The runtime's own `createClient`. */
  readonly createClient: (options: ClientOptions) => Client;
  /** Where the emulator of `conformance-emulator.ts` listens. */
  readonly url: string;
}

/** One case; it throws where the runtime does not conform. */
export interface ConformanceCase {
  readonly name: string;
  run(): Promise<void>;
}

const USER = { userId: "314159" } as const;
const LEAD = { id: "63a0979a5eeebeaf28dd56ba" } as const;
/** A second in the recent past, as lists only reach back 90 days. */
const SECOND = Math.floor(Date.now() / 1000) - 3600;

/** The parts of what the emulator stores that are compared. */
interface Stored {
  readonly event_name: string;
  readonly created_at: number;
  readonly metadata?: object;
}

/** Cases that each transport must pass over real HTTP, one after the other. */
export function conformanceCases({ createClient, url }: Conformance): ConformanceCase[] {
  const control = createControl(url);

  /** A case with a client of its own, on an emulator that has forgotten everything. */
  function conforms(
    name: string,
    run: (client: Client) => Promise<void>,
    options: Partial<ClientOptions> = {},
  ): ConformanceCase {
    return {
      name,
      async run() {
        await control.reset();
        const client = createClient({
          token: TOKENS.full,
          baseUrl: url,
          warn: () => undefined,
          retry: { attempts: 1, holdContact: 0 },
          ...options,
        });
        try {
          await run(client);
        } finally {
          await client.close({ timeout: 0 });
        }
      },
    };
  }

  /** A case in which one event meets a fault and ends as rejected. */
  function rejects(
    name: string,
    fault: object,
    kind: VerdictKind,
    verdict: object = {},
    stored = 0,
  ): ConformanceCase {
    return conforms(
      name,
      async (client) => {
        await control.fault(fault);
        const outcome = await client.track({ ...USER, eventName: "logged-in" });
        if (outcome.status !== "rejected")
          throw new Error(`Expected a rejection, got ${JSON.stringify(outcome)}`);
        assertEqual({ kind: outcome.verdict.kind, attempts: outcome.attempts }, { kind, attempts: 1 });
        for (const [key, value] of Object.entries(verdict)) {
          assertEqual(Reflect.get(outcome.verdict, key), value);
        }
        assertEqual((await control.events()).length, stored);
      },
      // Only where it is meant: on a busy machine a reply may take longer.
      kind === "timeout" ? { timeout: 1000 } : {},
    );
  }

  /** A case in which nothing is sent any more, and events wait. */
  function pauses(what: string, kind: VerdictKind, status: number, token: string): ConformanceCase {
    return conforms(
      `waits after being told of ${what}`,
      async (client) => {
        const verdicts: unknown[] = [];
        let hear = (): void => undefined;
        const paused = (): Promise<void> => new Promise((resolve) => (hear = resolve));
        client.on("paused", ({ verdict }) => {
          verdicts.push([verdict.kind, "status" in verdict && verdict.status]);
          hear();
        });
        const first = paused();
        const receipt = client.track({ ...USER, eventName: "logged-in" });
        client.track({ ...USER, eventName: "logged-out" });
        await first;
        assertEqual(await client.flush({ timeout: 300 }), { pending: 2 });
        assertEqual(verdicts, [[kind, status]]);
        assertEqual(client.stats().isPaused, true);
        const second = paused();
        client.resume();
        await second;
        assertEqual(await client.flush({ timeout: 300 }), { pending: 2 });
        assertEqual(verdicts.length, 2);
        assertEqual(await client.close({ timeout: 0 }), { pending: 0, dropped: 2 });
        assertEqual(await receipt, { status: "dropped", reason: "closed" });
      },
      { token },
    );
  }

  return [
    conforms("stores an event of each metadata type exactly as meant", async (client) => {
      const outcome = await client.track({
        ...USER,
        eventName: "placed-order",
        createdAt: new Date(SECOND * 1000 + 999),
        metadata: {
          order_date: new Date("2014-02-10T12:44:32.750Z"),
          stripe_invoice: "inv_3434343434",
          order_number: richLink("https://example.org/orders/3434-3434", "3434-3434"),
          price: monetaryAmount.fromDecimal("349.99", "EUR"),
          items: 3,
          gift: false,
          receipt: new URL("https://example.org/receipts/3434-3434"),
          note: "Grüße, 東京 🎉",
        },
      });
      assertEqual(
        { ...outcome, requestId: undefined },
        { status: "accepted", attempts: 1, requestId: undefined },
      );
      assertEqual(await control.events(), [
        {
          event_name: "placed-order",
          created_at: SECOND,
          user_id: "314159",
          metadata: {
            order_date: 1392036272,
            stripe_invoice: "inv_3434343434",
            order_number: { url: "https://example.org/orders/3434-3434", value: "3434-3434" },
            price: { amount: 34999, currency: "eur" },
            items: 3,
            gift: false,
            receipt: "https://example.org/receipts/3434-3434",
            note: "Grüße, 東京 🎉",
          },
        },
      ]);
    }),
    conforms("names the request an event was accepted with", async (client) => {
      const outcome = await client.track({ ...USER, eventName: "logged-in" });
      const [request] = await control.requests();
      assertEqual(outcome, { status: "accepted", attempts: 1, requestId: request?.requestId });
    }),
    conforms("sends the headers Intercom asks for", async (client) => {
      await client.track({ ...USER, eventName: "logged-in" });
      const [request] = await control.requests();
      const { accept, "content-type": type, "intercom-version": version } = request?.headers ?? {};
      assertEqual([accept, type, version], ["application/json", "application/json", "2.14"]);
      if (!request?.headers["user-agent"]?.startsWith("intercom-events"))
        throw new Error("The user agent is not ours");
    }),
    conforms(
      "tracks a lead by Intercom's id and a user by e-mail, through a bound tracker",
      async (client) => {
        await client.contact(LEAD).track("requested-quote", { plan: "pro" }, { createdAt: SECOND });
        await client
          .contact({ email: "frodo.baggins@example.com" })
          .track("logged-in", {}, { createdAt: SECOND });
        const sent = (await control.requests()).map(({ body }) => JSON.parse(body));
        assertEqual(sent, [
          { ...LEAD, event_name: "requested-quote", created_at: SECOND, metadata: { plan: "pro" } },
          { email: "frodo.baggins@example.com", event_name: "logged-in", created_at: SECOND, metadata: {} },
        ]);
      },
    ),
    conforms("sends an equal event once, and stores it once", async (client) => {
      const event = { ...USER, eventName: "logged-in", createdAt: SECOND };
      const outcomes = await Promise.all([client.track(event), client.track(event)]);
      outcomes.push(await client.track(event));
      assertEqual(
        outcomes.map(({ status }) => status),
        ["accepted", "duplicate", "duplicate"],
      );
      assertEqual((await control.events()).length, 1);
      assertEqual(
        (await control.requests()).map(({ result }) => result),
        ["stored"],
      );
    }),
    conforms("keeps events of the same second apart", async (client) => {
      const receipts = Array.from({ length: 5 }, () => client.track({ ...USER, eventName: "logged-in" }));
      assertEqual([...new Set((await Promise.all(receipts)).map(({ status }) => status))], ["accepted"]);
      assertEqual((await control.events()).length, 5);
    }),
    conforms(
      "sends again what met an outage, byte for byte, and stores it once",
      async (client) => {
        const kinds: VerdictKind[] = [];
        client.on("retry", ({ verdict }) => kinds.push(verdict.kind));
        await control.fault({ status: 503, body: "", times: 2 });
        const { status, attempts } = (await client.track({ ...USER, eventName: "logged-in" })) as {
          status: string;
          attempts: number;
        };
        assertEqual([status, attempts], ["accepted", 3]);
        assertEqual(kinds, ["server_error", "server_error"]);
        assertEqual(new Set((await control.requests()).map(({ body }) => body)).size, 1);
        assertEqual((await control.events()).length, 1);
      },
      { retry: { baseDelay: 10 } },
    ),
    conforms("delivers 500 events once each, in flight together", async (client) => {
      const receipts = Array.from({ length: 500 }, (_, index) =>
        client.track({ userId: `user-${index}`, eventName: "logged-in", createdAt: SECOND }),
      );
      assertEqual(client.stats().pending, 500);
      assertEqual(await client.flush(), { pending: 0 });
      assertEqual([...new Set((await Promise.all(receipts)).map(({ status }) => status))], ["accepted"]);
      assertEqual((await control.events()).length, 500);
      const { tracked, accepted, pending, inFlight } = client.stats();
      assertEqual(
        { tracked, accepted, pending, inFlight },
        { tracked: 500, accepted: 500, pending: 0, inFlight: 0 },
      );
    }),
    pauses("a token that is wrong", "unauthorized", 401, "wrong"),
    pauses("a token that may not write", "forbidden", 403, TOKENS.readOnly),
    conforms("is told of a contact that does not exist", async (client) => {
      await control.fault({ status: 404, times: 1 });
      assertRejected(await client.track({ ...USER, eventName: "logged-in" }), "contact_not_found", 404);
    }),
    conforms("is told of the name beyond 120, while known names go on", async (client) => {
      const track = (index: number) => client.track({ ...USER, eventName: `name-${index}` });
      const outcomes = await Promise.all(Array.from({ length: 120 }, (_, index) => track(index)));
      assertEqual([...new Set(outcomes.map(({ status }) => status))], ["accepted"]);
      assertRejected(await track(120), "invalid_request", 422);
      assertEqual(
        (await client.track({ ...USER, eventName: "name-7", createdAt: SECOND })).status,
        "accepted",
      );
    }),
    conforms("asks again when a 429 says", async (client) => {
      const resets: (number | undefined)[] = [];
      client.on("retry", ({ verdict }) => {
        if (verdict.kind === "rate_limited") resets.push(verdict.resetAt);
      });
      await control.fault({ status: 429, times: 1, headers: { "retry-after": "1" } });
      const start = Date.now();
      const outcome = await client.track({ ...USER, eventName: "logged-in" });
      assertEqual([outcome.status, "attempts" in outcome && outcome.attempts], ["accepted", 2]);
      const ahead = (resets[0] ?? 0) - start;
      if (resets.length !== 1 || ahead < 0 || Date.now() < (resets[0] ?? 0))
        throw new Error(`Asked again at ${Date.now() - start} ms, told ${ahead} ms`);
    }),
    rejects("takes an empty 503 for a failure", { status: 503, body: "" }, "server_error", {
      status: 503,
      errors: [],
    }),
    rejects("takes an HTML 502 for a failure", { status: 502 }, "server_error", { status: 502, errors: [] }),
    rejects("passes on the message of a 500", { status: 500 }, "server_error", {
      message: "Something went wrong",
    }),
    rejects(
      "follows no redirect",
      { status: 307, headers: { location: `${url}/elsewhere` } },
      "server_error",
      {
        status: 307,
      },
    ),
    rejects("says so when the connection is reset before the reply", { reset: "before" }, "unreachable"),
    rejects(
      "says so when the connection is reset in the reply",
      { status: 500, reset: "inside" },
      "unreachable",
    ),
    rejects("says so when the connection is reset after the work", { reset: "after" }, "unreachable", {}, 1),
    rejects("gives up a reply that does not come", { delayMs: 5000 }, "timeout", {}, 1),
    conforms("accepts a reply with the one space that production has sent", async (client) => {
      await control.fault({ body: " " });
      assertEqual((await client.track({ ...USER, eventName: "logged-in" })).status, "accepted");
    }),
    conforms(
      "says so when nobody listens",
      async (client) =>
        assertEqual(verdictKind(await client.track({ ...USER, eventName: "logged-in" })), "unreachable"),
      { baseUrl: "http://127.0.0.1:9" },
    ),
    conforms("sends nothing that is invalid", async (client) => {
      const outcome = await client.track(null as never);
      assertEqual(outcome.status, "invalid");
      assertEqual(await client.track({} as never).stored, false);
      assertEqual(await control.requests(), []);
    }),
    conforms("lists events page by page, newest first, without the token leaving", async (client) => {
      for (let index = 0; index < 5; index += 1) {
        await client.track({
          ...USER,
          eventName: `step-${index}`,
          createdAt: SECOND + index,
          metadata: { index },
        });
      }
      const events = [];
      for await (const event of client.events(USER, { perPage: 2 })) events.push(event);
      assertEqual(
        events.map(({ eventName, createdAt, userId, metadata }) => [
          eventName,
          createdAt.getTime(),
          userId,
          metadata,
        ]),
        [4, 3, 2, 1, 0].map((index) => [
          `step-${index}`,
          (SECOND + index) * 1000,
          "314159",
          { index: { type: "number", value: index } },
        ]),
      );
      assertEqual((await control.requests()).filter(({ method }) => method === "GET").length, 3);
    }),
    conforms("lists a lead's events", async (client) => {
      await client.track({ ...LEAD, eventName: "requested-quote", createdAt: SECOND });
      const names = [];
      for await (const { eventName, intercomUserId } of client.events(LEAD))
        names.push([eventName, intercomUserId]);
      assertEqual(names, [["requested-quote", LEAD.id]]);
    }),
    conforms("creates and reads summaries", async (client) => {
      await client.createSummary({
        ...USER,
        eventName: "logged-in",
        count: 3,
        first: SECOND - 60,
        last: SECOND,
      });
      const [summary] = await client.summaries(USER);
      assertEqual(
        [summary?.eventName, summary?.count, summary?.first.getTime(), summary?.last.getTime()],
        ["logged-in", 3, (SECOND - 60) * 1000, SECOND * 1000],
      );
    }),
    conforms(
      "throws one error where reading fails, with the verdict",
      async (client) => {
        const error = await client.summaries(USER).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (!(error instanceof IntercomError)) throw new Error(`Expected an IntercomError, got ${error}`);
        assertEqual([error.verdict.kind, error.message.includes(TOKENS.writeOnly)], ["forbidden", false]);
      },
      { token: TOKENS.writeOnly },
    ),
    conforms(
      "goes on with the next token when one is refused",
      async (client) => {
        const heard: string[] = [];
        client.on("paused", ({ verdict }) => heard.push(verdict.kind));
        client.on("resumed", () => heard.push("resumed"));
        const outcome = await client.track({ ...USER, eventName: "logged-in" });
        assertEqual([outcome.status, "attempts" in outcome && outcome.attempts], ["accepted", 2]);
        assertEqual(heard, ["unauthorized", "resumed"]);
      },
      { token: rotate("expired", TOKENS.full) },
    ),
    conforms("drops on close what is not done, and takes no more", async (client) => {
      await control.fault({ delayMs: 5000 });
      const receipt = client.track({ ...USER, eventName: "logged-in" });
      assertEqual(await client.flush({ timeout: 200 }), { pending: 1 });
      assertEqual(await client.close({ timeout: 50 }), { pending: 0, dropped: 1 });
      assertEqual(await receipt, { status: "dropped", reason: "closed" });
      const late = client.track({ ...USER, eventName: "logged-in" });
      assertEqual([await late, await late.stored], [{ status: "dropped", reason: "closed" }, false]);
    }),
    conforms("counts each event once, and tells listeners of each", async (client) => {
      const heard: Outcome["status"][] = [];
      client.on("outcome", ({ outcome }) => heard.push(outcome.status));
      await control.fault({ status: 500, times: 1 });
      await client.track({ ...USER, eventName: "first" });
      await client.track({ ...USER, eventName: "second" });
      await client.track({ ...USER, eventName: "" });
      assertEqual(heard, ["rejected", "accepted", "invalid"]);
      const { tracked, accepted, rejected, invalid, dropped, pending, rejectedByVerdict } = client.stats();
      assertEqual(
        { tracked, accepted, rejected, invalid, dropped, pending, rejectedByVerdict },
        {
          tracked: 3,
          accepted: 1,
          rejected: 1,
          invalid: 1,
          dropped: 0,
          pending: 0,
          rejectedByVerdict: { server_error: 1 },
        },
      );
    }),
  ];
}

function assertRejected(outcome: Outcome, kind: VerdictKind, status: number): void {
  const found = outcome.status === "rejected" && "status" in outcome.verdict && outcome.verdict;
  if (!found) throw new Error(`Expected a rejection, got ${JSON.stringify(outcome)}`);
  assertEqual([found.kind, found.status, found.errors.length], [kind, status, 1]);
}

function verdictKind(outcome: Outcome): VerdictKind | undefined {
  return outcome.status === "rejected" ? outcome.verdict.kind : undefined;
}

/** A function that returns one token after the other, and then the last one again. */
function rotate(...tokens: [string, ...string[]]): () => string {
  let index = 0;
  return () => tokens[Math.min(index++, tokens.length - 1)] ?? tokens[0];
}

/** One request as the emulator recorded it. */
interface RecordedRequest {
  readonly requestId: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly result: string;
}

/** The emulator's control endpoints. */
function createControl(url: string) {
  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${url}/_emulator/${path}`, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
  return {
    reset: () => call("DELETE", "state"),
    fault: (fault: object) => call("PUT", "faults", [{ path: "/events", method: "POST", ...fault }]),
    requests: () => call("GET", "requests") as Promise<RecordedRequest[]>,
    events: async () =>
      ((await call("GET", "events")) as (Stored & Record<string, unknown>)[]).map(
        ({ type: _type, id: _id, workspace: _workspace, intercom_user_id: _contact, ...meant }) => meant,
      ),
  };
}
