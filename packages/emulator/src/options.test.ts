import { expect, test } from "vitest";
import { createEmulator, type EmulatorOptions } from "./index.ts";
import { resolveOptions } from "./options.ts";

test.each<[unknown, string]>([
  [{ rateLimit: 0 }, '"rateLimit" must be a positive integer, got number 0'],
  [{ metadataKeys: 1.5 }, '"metadataKeys" must be a positive integer, got number 1.5'],
  [{ retainRequests: "many" }, '"retainRequests" must be a positive integer, got "many"'],
  [{ eventNames: 1001 }, '"eventNames" must be an integer from 1 to 1000, got number 1001'],
  [{ contacts: "some" }, '"contacts" must be "auto" or "strict", got "some"'],
  [{ now: 5 }, '"now" must be a function, got number 5'],
  [{ tokens: "" }, '"tokens" must be a non-empty string without spaces or a list of grants, got ""'],
  [
    { tokens: "Bearer t" },
    '"tokens" must be a non-empty string without spaces or a list of grants, got "Bearer t"',
  ],
  [
    { tokens: [{ token: "", scopes: [] }] },
    '"tokens[0].token" must be a non-empty string without spaces, got ""',
  ],
  [
    { tokens: [{ token: "t\n", scopes: [] }] },
    '"tokens[0].token" must be a non-empty string without spaces, got "t\\n"',
  ],
  [
    { tokens: [{ token: "a", scopes: ["all"] }] },
    '"tokens[0].scopes" must be a list of "read_events" and "write_events", got a list',
  ],
  [
    { tokens: [{ token: "a", scopes: [], workspace: 5 }] },
    '"tokens[0].workspace" must be a non-empty string, got number 5',
  ],
  [{ tokens: [{ token: "a", scopes: [], app: "" }] }, '"tokens[0].app" must be a non-empty string, got ""'],
  [
    { tokens: [{ token: "a", scopes: [], rateLimit: 0 }] },
    '"tokens[0].rateLimit" must be a positive integer, got number 0',
  ],
  [
    { tokens: [{ token: "a", scopes: [], public: "yes" }] },
    '"tokens[0].public" must be true or false, got "yes"',
  ],
  [
    {
      tokens: [
        { token: "a", scopes: [] },
        { token: "a", scopes: [], workspace: "shop" },
      ],
    },
    '"tokens[1].token" is that of "tokens[0]" too',
  ],
  [{ workspaceRateLimit: -1 }, '"workspaceRateLimit" must be a positive integer, got number -1'],
  [{ random: 0.5 }, '"random" must be a function, got number 0.5'],
  [{ maxBytes: 0 }, '"maxBytes" must be a positive integer, got number 0'],
  [{ data: "" }, '"data" must be a file, got ""'],
  [{ faults: {} }, '"faults" must be a list, got an object'],
  [
    { ratelimit: 5 },
    '"ratelimit" is not one of tokens, contacts, rateLimit, workspaceRateLimit, metadataKeys, eventNames, now, retainRequests, faults, random, maxBytes, data',
  ],
  [null, '"options" must be an object, got null'],
])("createEmulator(%j) is refused", (options, message) => {
  expect(() => createEmulator(options as EmulatorOptions)).toThrow(
    new TypeError(`Cannot create emulator: ${message}`),
  );
});

test("what is undefined is not given", async () => {
  const grant = { token: "t", scopes: ["write_events"], workspace: undefined, app: undefined } as const;
  const emulator = createEmulator({
    tokens: [{ ...grant, rateLimit: undefined, public: undefined }],
    contacts: undefined,
    rateLimit: undefined,
    workspaceRateLimit: undefined,
    metadataKeys: undefined,
    eventNames: undefined,
    now: undefined,
    retainRequests: undefined,
    faults: [
      {
        status: 503,
        times: 1,
        body: undefined,
        headers: undefined,
        removeHeaders: undefined,
        delayMs: undefined,
      },
      { cutBody: undefined, reset: undefined, probability: undefined, path: undefined, contact: undefined },
    ],
    random: undefined,
    maxBytes: undefined,
    data: undefined,
  });
  emulator.putContacts([
    { user_id: "1", id: undefined, email: undefined, role: undefined, workspace: undefined },
  ]);
  const send = () =>
    emulator.fetch("http://emulator.test/events", {
      method: "POST",
      headers: { authorization: "Bearer t", "content-type": "application/json" },
      body: JSON.stringify({ user_id: "1", event_name: "a", created_at: Math.floor(Date.now() / 1000) }),
    });
  expect([(await send()).status, (await send()).status]).toEqual([503, 202]);
  const any = { eventName: undefined, contact: undefined, createdAt: undefined, metadata: undefined };
  await emulator.waitForEvent({ ...any, workspace: undefined }, { timeoutMs: undefined });
  expect(emulator.requests({ path: undefined, field: undefined })).toHaveLength(2);
});

test("what is left out is as documented", () => {
  expect(resolveOptions({})).toEqual({
    data: undefined,
    tokens: undefined,
    contacts: "auto",
    rateLimit: 1667,
    workspaceRateLimit: 4167,
    metadataKeys: 10,
    eventNames: 120,
    now: Date.now,
    retainRequests: 10_000,
    faults: [],
    random: Math.random,
    maxBytes: 1_073_741_824,
  });
});
