import { parseArgs } from "node:util";

/** What a live run needs to know. */
export interface LiveOptions {
  readonly token: string;
  readonly baseUrl: string;
  readonly userId: string;
  readonly leadId?: string | undefined;
  /** Starts without the time to think it over. */
  readonly yes: boolean;
}

/** What the command line asks for. */
export type Command =
  | { readonly kind: "emulator" }
  | { readonly kind: "help" }
  | { readonly kind: "live"; readonly options: LiveOptions }
  | { readonly kind: "refused"; readonly message: string };

export const HELP = `Usage: npm run demo [-- options]

Builds the packages, starts an emulator of Intercom on this machine, sends it the events of Intercom's
documentation from Node, from Deno and from a page in Chromium, and shows what arrived. Ends with 0 only
if exactly the expected events are stored.

  --live          send to the real API instead, from Node and Deno; says first what it will do
  --user-id ID    live: the user_id of a contact that exists in your workspace (needed)
  --lead-id ID    live: Intercom's contact id of a lead; without it no lead's event is sent
  --yes           live: start at once, not after 5 seconds
  --help          show this

  INTERCOM_ACCESS_TOKEN   live: access token with the scope "Write events" (needed)
  INTERCOM_REGION         live: us, eu or au; us if not set
  INTERCOM_BASE_URL       live: another address in place of the region's, https: or on this machine
  CHROMIUM                path of the Chromium to use
`;

const HOSTS: Readonly<Record<string, string>> = {
  us: "https://api.intercom.io",
  eu: "https://api.eu.intercom.io",
  au: "https://api.au.intercom.io",
};

const OPTIONS = {
  help: { type: "boolean" },
  live: { type: "boolean" },
  yes: { type: "boolean" },
  "user-id": { type: "string" },
  "lead-id": { type: "string" },
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the command line and the variables of a live run. */
export function parseArguments(args: readonly string[], env: Environment): Command {
  let values: ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>["values"];
  try {
    ({ values } = parseArgs({ args: [...args], options: OPTIONS }));
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  const { help, live, yes = false, "user-id": userId, "lead-id": leadId } = values;
  if (help) return { kind: "help" };
  if (!live) {
    const [stray] = Object.keys(values);
    return stray === undefined ? { kind: "emulator" } : refuse(`--${stray} is only for --live`);
  }
  const token = env.INTERCOM_ACCESS_TOKEN;
  if (!token) return refuse("--live needs an access token in INTERCOM_ACCESS_TOKEN");
  if (!userId) return refuse("--live needs --user-id: events only reach contacts that exist");
  if (leadId === "") return refuse("--lead-id must not be empty");
  const baseUrl = resolveBaseUrl(env);
  if (typeof baseUrl !== "string") return baseUrl;
  return { kind: "live", options: { token, baseUrl, userId, leadId, yes } };
}

function resolveBaseUrl({ INTERCOM_BASE_URL, INTERCOM_REGION }: Environment): string | Command {
  if (INTERCOM_BASE_URL && INTERCOM_REGION)
    return refuse("INTERCOM_BASE_URL and INTERCOM_REGION cannot both be set");
  if (INTERCOM_BASE_URL) {
    return URL.canParse(INTERCOM_BASE_URL)
      ? INTERCOM_BASE_URL
      : refuse("INTERCOM_BASE_URL is not an absolute address");
  }
  const region = INTERCOM_REGION || "us";
  return Object.hasOwn(HOSTS, region)
    ? (HOSTS[region] ?? "")
    : refuse(`INTERCOM_REGION must be us, eu or au, got ${region}`);
}

function refuse(message: string): Command {
  return { kind: "refused", message };
}
