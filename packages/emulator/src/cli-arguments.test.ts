import { expect, test } from "vitest";
import { parseCliArguments } from "./cli-arguments.ts";

test.each([
  [[], { kind: "serve", port: 4010, host: "127.0.0.1", options: {} }],
  [
    ["--port", "0", "--host=::1", "--token", "t", "--rate-limit", "5", "--contacts", "strict"],
    { kind: "serve", port: 0, host: "::1", options: { tokens: "t", rateLimit: 5, contacts: "strict" } },
  ],
  [["--help"], { kind: "help" }],
  [["--version"], { kind: "version" }],
  [["--port", "65536"], { kind: "wrong", message: '--port must be a number from 0 to 65535, got "65536"' }],
  [["--port", "1e3"], { kind: "wrong", message: '--port must be a number from 0 to 65535, got "1e3"' }],
  [["--host", ""], { kind: "wrong", message: '--host must be an address, got ""' }],
  [["--token", "a b"], { kind: "wrong", message: '--token must be without spaces and not empty, got "a b"' }],
  [["--rate-limit", "0"], { kind: "wrong", message: '--rate-limit must be a positive integer, got "0"' }],
  [["--contacts", "some"], { kind: "wrong", message: '--contacts must be auto or strict, got "some"' }],
  [["--data", "x"], { kind: "wrong", message: expect.stringContaining("Unknown option '--data'") }],
  [["stray"], { kind: "wrong", message: expect.stringContaining("Unexpected argument 'stray'") }],
  [["--port"], { kind: "wrong", message: expect.stringContaining("argument missing") }],
])("%j", (args, expected) => {
  expect(parseCliArguments(args)).toEqual(expected);
});
