import { streamChanges } from "./change-stream.ts";
import type { EmulatorState } from "./emulator-state.ts";
import { exportState, importState } from "./import-export.ts";
import { writeJsonList } from "./ndjson.ts";
import { jsonReply } from "./plain-message.ts";
import type { StreamedHandler, StreamedReply, StreamedRequest } from "./streamed.ts";

/** How many clients may follow the changes at once. */
const followersLimit = 32;

/** Creates the function that answers control requests with long bodies or replies. */
export function createStreamedHandler(state: EmulatorState): StreamedHandler {
  let followers = 0;

  async function* follow(signal: AbortSignal): AsyncGenerator<string> {
    followers += 1;
    try {
      yield* streamChanges(state, signal);
    } finally {
      followers -= 1;
    }
  }

  return (request) => {
    switch (`${request.method} ${request.path}`) {
      case "GET /_emulator/events":
        if (request.query !== "") return undefined; // a part of them, which is not long
        return streamed("application/json; charset=utf-8", toAsync(writeJsonList([...state.events()])));
      case "GET /_emulator/export":
        return streamed("application/x-ndjson", toAsync(exportState(state)));
      case "POST /_emulator/import":
        return importing(state, request);
      case "GET /_emulator/stream":
        if (followers >= followersLimit) {
          return whole(503, { error: `more than ${followersLimit} clients follow the stream` });
        }
        return streamed("text/event-stream", follow(request.signal));
      default:
        return undefined;
    }
  };
}

function streamed(type: string, body: AsyncIterable<string>): StreamedReply {
  return { status: 200, headers: { "content-type": type, "cache-control": "no-store" }, body };
}

async function importing(state: EmulatorState, request: StreamedRequest): Promise<StreamedReply> {
  try {
    return whole(200, await importState(state, request.body));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return whole(400, { error: error.message }); // misuse, in words
  }
}

function whole(status: number, value: unknown): StreamedReply {
  const { headers, body } = jsonReply(status, value);
  return { status, headers, body: toAsync([body]) };
}

async function* toAsync(pieces: Iterable<string>): AsyncGenerator<string> {
  yield* pieces;
}
