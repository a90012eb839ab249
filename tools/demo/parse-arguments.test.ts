import { describe, expect, it } from "vitest";
import { parseArguments } from "./parse-arguments.ts";

const TOKEN = { INTERCOM_ACCESS_TOKEN: "secret-token" };
const LIVE = ["--live", "--user-id", "314159"];

it("runs on the emulator without arguments, whatever the variables", () => {
  expect(parseArguments([], {})).toEqual({ kind: "emulator" });
  expect(parseArguments([], TOKEN)).toEqual({ kind: "emulator" });
});

it("shows the help", () => {
  expect(parseArguments(["--live", "--help"], {})).toEqual({ kind: "help" });
});

describe("live", () => {
  it("takes the region's address, or another one", () => {
    const baseUrlWith = (env: object): unknown => {
      const command = parseArguments(LIVE, { ...TOKEN, ...env });
      return command.kind === "live" ? command.options.baseUrl : command;
    };
    expect(baseUrlWith({})).toBe("https://api.intercom.io");
    expect(baseUrlWith({ INTERCOM_REGION: "us" })).toBe("https://api.intercom.io");
    expect(baseUrlWith({ INTERCOM_REGION: "eu" })).toBe("https://api.eu.intercom.io");
    expect(baseUrlWith({ INTERCOM_REGION: "au" })).toBe("https://api.au.intercom.io");
    expect(baseUrlWith({ INTERCOM_BASE_URL: "http://127.0.0.1:4010" })).toBe("http://127.0.0.1:4010");
  });

  it("takes contacts", () => {
    expect(parseArguments([...LIVE, "--lead-id", "63a0", "--yes"], TOKEN)).toEqual({
      kind: "live",
      options: {
        token: "secret-token",
        baseUrl: "https://api.intercom.io",
        userId: "314159",
        leadId: "63a0",
        yes: true,
      },
    });
  });
});

it.each<[string[], Record<string, string>, string]>([
  [LIVE, {}, "INTERCOM_ACCESS_TOKEN"],
  [LIVE, { INTERCOM_ACCESS_TOKEN: "" }, "INTERCOM_ACCESS_TOKEN"],
  [["--live"], TOKEN, "--user-id"],
  [[...LIVE, "--lead-id", ""], TOKEN, "--lead-id"],
  [LIVE, { ...TOKEN, INTERCOM_REGION: "ap" }, "us, eu or au, got ap"],
  [LIVE, { ...TOKEN, INTERCOM_REGION: "toString" }, "us, eu or au"],
  [LIVE, { ...TOKEN, INTERCOM_BASE_URL: "api.intercom.io" }, "INTERCOM_BASE_URL"],
  [LIVE, { ...TOKEN, INTERCOM_BASE_URL: "https://a.example", INTERCOM_REGION: "us" }, "cannot both"],
  [["--user-id", "1"], TOKEN, "--user-id is only for --live"],
  [["--yes"], {}, "--yes is only for --live"],
  [["--lvie"], TOKEN, "--lvie"],
  [["live"], TOKEN, "live"],
])("refuses %j with %j", (args, env, message) => {
  const command = parseArguments(args, env);
  expect(command).toEqual({ kind: "refused", message: expect.stringContaining(message) });
  expect(JSON.stringify(command)).not.toContain("secret-token");
});
