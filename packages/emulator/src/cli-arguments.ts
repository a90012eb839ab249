import { parseArgs } from "node:util";
import type { Fault } from "./fault.ts";
import { type EmulatorOptions, resolveOptions, type TokenGrant } from "./options.ts";
import { parseJson } from "./plain-message.ts";

/** Where to listen, and how the emulator is to be. */
export interface Serving {
  readonly port: number;
  readonly host: string;
  readonly options: EmulatorOptions;
}

/** What the command line asks for. */
export type CliRequest =
  | { readonly kind: "help" | "version" }
  | { readonly kind: "wrong"; readonly message: string }
  | ({ readonly kind: "serve" } & Serving)
  | ({
      readonly kind: "exec";
      /** What the command finds in INTERCOM_ACCESS_TOKEN. */
      readonly token: string;
      readonly command: readonly [name: string, ...args: string[]];
    } & Serving);

/** Printed by `--help`. */
export const helpText = `Usage: intercom-events-emulator [options]
       intercom-events-emulator exec [options] -- <command> [argument ...]

Serves a local emulator of Intercom's data events API, for as long as it is not
stopped, or while a command runs. That finds INTERCOM_BASE_URL and
INTERCOM_ACCESS_TOKEN in its environment, and its exit code is handed on.

  --port N              port to listen on, 0 for any free one
                        (default 4010, with exec 0)
  --host H              address to listen on (default 127.0.0.1)
  --token T             an access token that is accepted, for the workspace
                        "default"; may be repeated (default: any token)
  --workspace NAME=T    a token that is accepted for the workspace NAME; may be
                        repeated
  --rate-limit N        requests of an app per 10 seconds (default 1667)
  --workspace-rate-limit N
                        requests of all apps of a workspace per 10 seconds
                        (default two and a half times the rate limit)
  --event-names N       active event names per workspace (default 120)
  --contacts MODE       auto: create a contact when it is first named (default)
                        strict: only those put at /_emulator/contacts exist
  --data FILE           keep what is stored in a SQLite file (Node.js 22.13)
  --fault JSON          something that goes wrong from the start, for example
                        '{"status":503,"probability":0.1}'; may be repeated
  --max-bytes N         store no more than about N bytes (default 1 GiB)
  -h, --help            print this
  --version             print the version

On the address: a page that shows what arrives, and POST and GET /events,
POST /events/summaries, GET /_emulator/events, requests and stats,
PUT /_emulator/faults and contacts, DELETE /_emulator/state.
`;

const flags = {
  port: { type: "string" },
  host: { type: "string", default: "127.0.0.1" },
  token: { type: "string", multiple: true, default: [] as string[] },
  workspace: { type: "string", multiple: true, default: [] as string[] },
  "rate-limit": { type: "string" },
  "workspace-rate-limit": { type: "string" },
  "event-names": { type: "string" },
  contacts: { type: "string" },
  data: { type: "string" },
  fault: { type: "string", multiple: true, default: [] as string[] },
  "max-bytes": { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof flags }>>["values"];

/** Stops the reading of arguments: the message is the user's. */
class Wrong extends Error {}

const wrong = (flag: string, wanted: string, got: string): Wrong =>
  new Wrong(`--${flag} must be ${wanted}, got ${JSON.stringify(got)}`);

/** Reads the arguments after the command's name. Never throws. */
export function parseCliArguments(args: readonly string[]): CliRequest {
  try {
    return args[0] === "exec" ? execRequest(args.slice(1)) : serveRequest([...args]);
  } catch (error) {
    return { kind: "wrong", message: (error as Error).message }; // parseArgs only tells by throwing
  }
}

function serveRequest(args: string[]): CliRequest {
  const { values } = parseArgs({ args, options: flags });
  return answerOf(values) ?? { kind: "serve", ...servingOf(values, "4010") };
}

function execRequest(args: readonly string[]): CliRequest {
  const end = endOfOptions(args);
  const { values } = parseArgs({ args: args.slice(0, end), options: flags });
  const answer = answerOf(values);
  if (answer) return answer;
  const [mark, name, ...rest] = args.slice(end);
  if (mark !== undefined && mark !== "--") {
    throw new Wrong(`exec needs a -- before its command: exec [options] -- ${mark} …`);
  }
  if (name === undefined) throw new Wrong("exec needs a command after --");
  const serving = servingOf(values, "0");
  const { tokens = [] } = serving.options;
  const token = tokens[0] as TokenGrant | undefined;
  return { kind: "exec", token: token?.token ?? "emulator", command: [name, ...rest], ...serving };
}

/** Where the first argument is that is neither an option nor its value: `--`, or a command that lacks it. */
function endOfOptions(args: readonly string[]): number {
  // Not strict, as what comes after a command are options of that.
  const { tokens } = parseArgs({ args: [...args], options: flags, strict: false, tokens: true });
  return tokens.find(({ kind }) => kind !== "option")?.index ?? args.length;
}

function answerOf({ help, version }: Values): CliRequest | undefined {
  if (help) return { kind: "help" };
  return version ? { kind: "version" } : undefined;
}

function servingOf(values: Values, defaultPort: string): Serving {
  const { port = defaultPort, host } = values;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) throw wrong("port", "a number from 0 to 65535", port);
  if (host === "") throw wrong("host", "an address", host);
  const { contacts, data } = values;
  if (contacts !== undefined && contacts !== "auto" && contacts !== "strict") {
    throw wrong("contacts", "auto or strict", contacts);
  }
  if (data === "") throw wrong("data", "a file", data);
  const tokens = tokensOf(values);
  const options: EmulatorOptions = {
    ...(tokens.length > 0 && { tokens }),
    ...numberOption("rateLimit", "rate-limit", values),
    ...numberOption("workspaceRateLimit", "workspace-rate-limit", values),
    ...numberOption("eventNames", "event-names", values),
    ...numberOption("maxBytes", "max-bytes", values),
    ...(contacts !== undefined && { contacts }),
    ...(data !== undefined && { data }),
    ...(values.fault.length > 0 && { faults: values.fault.map(faultOf) }),
  };
  resolveOptions(options); // says what is wrong with faults and numbers
  return { port: Number(port), host, options };
}

function tokensOf({ token, workspace }: Values): TokenGrant[] {
  const scopes = ["read_events", "write_events"] as const;
  const check = (flag: string, text: string, given: string): string => {
    if (!/^\S+$/.test(text)) throw wrong(flag, "without spaces and not empty", given);
    return text;
  };
  return [
    ...token.map((text) => ({ token: check("token", text, text), scopes })),
    ...workspace.map((given) => {
      const [, name, text = ""] = /^([^=]+)=(.*)$/.exec(given) ?? [];
      if (name === undefined) throw wrong("workspace", "a name, = and a token", given);
      return { token: check("workspace", text, given), scopes, workspace: name };
    }),
  ];
}

function numberOption(
  option: "rateLimit" | "workspaceRateLimit" | "eventNames" | "maxBytes",
  flag: "rate-limit" | "workspace-rate-limit" | "event-names" | "max-bytes",
  values: Values,
): EmulatorOptions {
  const text = values[flag];
  if (text === undefined) return {};
  if (!/^[1-9]\d{0,14}$/.test(text)) throw wrong(flag, "a positive integer", text);
  return { [option]: Number(text) };
}

function faultOf(text: string): Fault {
  const fault = parseJson(text);
  if (fault === undefined) throw wrong("fault", "JSON", text);
  return fault as Fault; // resolveOptions looks into it
}
