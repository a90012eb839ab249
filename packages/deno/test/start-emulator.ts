import { fileURLToPath } from "node:url";

/** An event as the emulator has stored it. */
interface StoredEvent {
  readonly event_name: string;
  readonly created_at: number;
  readonly user_id: string;
}

/** An emulator in a process of its own, and its control endpoints. */
export interface RunningEmulator {
  readonly url: string;
  events(): Promise<StoredEvent[]>;
  /** Bodies of the requests to send an event, the oldest first. */
  bodies(): Promise<string[]>;
  /** Has every request to send an event go wrong like this, or none any more. */
  fault(fault?: object): Promise<void>;
  /** Forgets everything. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts an emulator whose allowance no test uses up. */
export async function startEmulator(): Promise<RunningEmulator> {
  const child = new Deno.Command("node", {
    args: [
      "--conditions=@intercom-events/source",
      fileURLToPath(new URL("../../emulator/src/cli.ts", import.meta.url)),
      "--port=0",
      "--rate-limit=1000000",
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let output = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    if (output.includes("\n")) break;
  }
  const url = /listening on (\S+)/.exec(output)?.[1];
  if (url === undefined) throw new Error(`The emulator did not start: ${output}`);

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${url}/_emulator/${path}`, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? (undefined as T) : JSON.parse(text);
  }

  return {
    url,
    events: () => call("GET", "events"),
    bodies: async () => (await call<{ body: string }[]>("GET", "requests")).map(({ body }) => body),
    fault: (fault) => call("PUT", "faults", fault ? [{ path: "/events", method: "POST", ...fault }] : []),
    reset: () => call("DELETE", "state"),
    async stop() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}
