import { expect, test } from "vitest";
import { createEmulator, type EmulatorOptions } from "./index.ts";

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

test("an option that is undefined has its default", () => {
  expect(() => createEmulator({ rateLimit: undefined } as object)).not.toThrow();
});
