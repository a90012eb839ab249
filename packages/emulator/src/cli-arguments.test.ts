import { expect, test } from "vitest";
import { parseCliArguments } from "./cli-arguments.ts";

const scopes = ["read_events", "write_events"];

test.each([
  [[], { kind: "serve", port: 4010, host: "127.0.0.1", options: {} }],
  [
    ["--port", "0", "--host=::1", "--token", "t", "--rate-limit", "5", "--contacts", "strict"],
    {
      kind: "serve",
      port: 0,
      host: "::1",
      options: { tokens: [{ token: "t", scopes }], rateLimit: 5, contacts: "strict" },
    },
  ],
  [
    ["--token", "a", "--token", "b", "--workspace", "shop=dG9r==", "--data", "a.db", "--event-names", "9"],
    {
      kind: "serve",
      port: 4010,
      host: "127.0.0.1",
      options: {
        tokens: [
          { token: "a", scopes },
          { token: "b", scopes },
          { token: "dG9r==", scopes, workspace: "shop" },
        ],
        data: "a.db",
        eventNames: 9,
      },
    },
  ],
  [
    ["--fault", '{"status":503,"probability":0.1}', "--workspace-rate-limit", "7", "--max-bytes", "8"],
    {
      kind: "serve",
      port: 4010,
      host: "127.0.0.1",
      options: { faults: [{ status: 503, probability: 0.1 }], workspaceRateLimit: 7, maxBytes: 8 },
    },
  ],
  [
    ["exec", "--", "npm", "test", "--", "--port"],
    {
      kind: "exec",
      port: 0,
      host: "127.0.0.1",
      options: {},
      token: "emulator",
      command: ["npm", "test", "--", "--port"],
    },
  ],
  [
    ["exec", "--token", "t", "--port", "4010", "--", "a"],
    expect.objectContaining({ token: "t", port: 4010 }),
  ],
  [["exec", "--help"], { kind: "help" }],
  [["--help"], { kind: "help" }],
  [["-h"], { kind: "help" }],
  [["--version"], { kind: "version" }],
])("%j", (args, expected) => {
  expect(parseCliArguments(args)).toEqual(expected);
});

test.each([
  [["--port", "65536"], '--port must be a number from 0 to 65535, got "65536"'],
  [["--port", "1e3"], '--port must be a number from 0 to 65535, got "1e3"'],
  [["--host", ""], '--host must be an address, got ""'],
  [["--token", "a b"], '--token must be without spaces and not empty, got "a b"'],
  [["--workspace", "shop"], '--workspace must be a name, = and a token, got "shop"'],
  [["--workspace", "shop="], '--workspace must be without spaces and not empty, got "shop="'],
  [["--rate-limit", "0"], '--rate-limit must be a positive integer, got "0"'],
  [
    ["--event-names", "5000"],
    'Cannot create emulator: "eventNames" must be an integer from 1 to 1000, got number 5000',
  ],
  [
    ["--token", "a", "--workspace", "shop=a"],
    'Cannot create emulator: "tokens[1].token" is that of "tokens[0]" too',
  ],
  [["--contacts", "some"], '--contacts must be auto or strict, got "some"'],
  [["--data", ""], '--data must be a file, got ""'],
  [["--fault", "{"], '--fault must be JSON, got "{"'],
  [
    ["--fault", '{"status":5}'],
    'Cannot create emulator: "faults[0].status" must be an integer from 200 to 599, got number 5',
  ],
  [["--fast"], expect.stringContaining("Unknown option '--fast'")],
  [["stray"], expect.stringContaining("Unexpected argument 'stray'")],
  [["--port"], expect.stringContaining("argument missing")],
  [["exec"], "exec needs a command after --"],
  ...[
    ["npm", "test"],
    ["--token", "secret", "npm", "test", "--silent"],
    ["npm", "test", "--", "--watch"],
  ].map((args): [string[], string] => [
    ["exec", ...args],
    "exec needs a -- before its command: exec [options] -- npm …",
  ]),
  [["exec", "--fast", "npm"], expect.stringContaining("Unknown option '--fast'")],
  [["exec", "--token", "--", "npm"], expect.stringContaining("--token")],
  [["exec", "--"], "exec needs a command after --"],
])("%j is wrong", (args, message) => {
  expect(parseCliArguments(args)).toEqual({ kind: "wrong", message });
});
