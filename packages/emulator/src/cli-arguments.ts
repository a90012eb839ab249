import { parseArgs } from "node:util";
import type { EmulatorOptions } from "./options.ts";

/** What the command line asks for. */
export type CliRequest =
  | { readonly kind: "help" | "version" }
  | { readonly kind: "wrong"; readonly message: string }
  | {
      readonly kind: "serve";
      readonly port: number;
      readonly host: string;
      readonly options: EmulatorOptions;
    };

/** Printed by `--help`. */
export const helpText = `Usage: intercom-events-emulator [options]

Serves a local emulator of Intercom's data events API.

  --port N              port to listen on, 0 for any free one (default 4010)
  --host H              address to listen on (default 127.0.0.1)
  --token T             the one access token accepted (default: any)
  --rate-limit N        requests per 10 seconds (default 1667)
  --contacts MODE       auto: create a contact when it is first named (default)
                        strict: only those put at /_emulator/contacts exist
  --help, --version
`;

const flags = {
  port: { type: "string", default: "4010" },
  host: { type: "string", default: "127.0.0.1" },
  token: { type: "string" },
  "rate-limit": { type: "string" },
  contacts: { type: "string" },
  help: { type: "boolean" },
  version: { type: "boolean" },
} as const;

/** Reads the arguments after the command's name. Never throws. */
export function parseCliArguments(args: readonly string[]): CliRequest {
  try {
    const { values } = parseArgs({ args: [...args], options: flags });
    if (values.help) return { kind: "help" };
    if (values.version) return { kind: "version" };
    return serveRequest(values);
  } catch (error) {
    return { kind: "wrong", message: (error as Error).message }; // parseArgs only tells by throwing
  }
}

interface Values {
  readonly port: string;
  readonly host: string;
  readonly token?: string | undefined;
  readonly "rate-limit"?: string | undefined;
  readonly contacts?: string | undefined;
}

function serveRequest({ port, host, token, contacts, "rate-limit": rateLimit }: Values): CliRequest {
  const wrong = (flag: string, wanted: string, got: string): CliRequest => ({
    kind: "wrong",
    message: `--${flag} must be ${wanted}, got ${JSON.stringify(got)}`,
  });
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) return wrong("port", "a number from 0 to 65535", port);
  if (host === "") return wrong("host", "an address", host);
  if (token !== undefined && !/^\S+$/.test(token))
    return wrong("token", "without spaces and not empty", token);
  if (rateLimit !== undefined && !/^[1-9]\d{0,8}$/.test(rateLimit)) {
    return wrong("rate-limit", "a positive integer", rateLimit);
  }
  if (contacts !== undefined && contacts !== "auto" && contacts !== "strict") {
    return wrong("contacts", "auto or strict", contacts);
  }
  const options: EmulatorOptions = {
    ...(token !== undefined && { tokens: token }),
    ...(rateLimit !== undefined && { rateLimit: Number(rateLimit) }),
    ...(contacts !== undefined && { contacts }),
  };
  return { kind: "serve", port: Number(port), host, options };
}
