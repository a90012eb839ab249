import { StringDecoder } from "node:string_decoder";
import { parseJson } from "./plain-message.ts";

/** The longest line that is read: 2 MiB, which any event that was accepted fits in. */
const lineLimit = 2 * 1024 ** 2;

/** A line that is no JSON, or too long. */
export class NdjsonError extends Error {
  override readonly name = "NdjsonError";
}

/** A line's value, and its number from 1. */
export interface NdjsonLine {
  readonly value: unknown;
  readonly number: number;
}

/**
 * Reads newline-delimited JSON from pieces of text or UTF-8. Empty lines are passed over.
 * @throws NdjsonError naming the line that is wrong
 */
export async function* readNdjson(
  pieces: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): AsyncGenerator<NdjsonLine> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let number = 0;
  for await (const piece of pieces) {
    rest += typeof piece === "string" ? piece : decoder.write(piece as Buffer);
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      number += 1;
      if (line.trim() !== "") yield { value: parseLine(line, number), number };
    }
    if (rest.length > lineLimit) throw new NdjsonError(`line ${number + 1} is longer than ${lineLimit}`);
  }
  rest += decoder.end();
  if (rest.trim() !== "") yield { value: parseLine(rest, number + 1), number: number + 1 };
}

function parseLine(line: string, number: number): unknown {
  const value = parseJson(line);
  if (value === undefined) throw new NdjsonError(`line ${number} is no JSON`);
  return value;
}

/** Writes values as newline-delimited JSON, some at a time. */
export function* writeNdjson(values: Iterable<unknown>): Generator<string> {
  yield* inBatches(values, (batch) => batch.map((value) => `${JSON.stringify(value)}\n`).join(""));
}

/** Writes values as one JSON list, some at a time. */
export function* writeJsonList(values: Iterable<unknown>): Generator<string> {
  let start = "[";
  yield* inBatches(values, (batch) => {
    const text = start + batch.map((value) => JSON.stringify(value)).join(",");
    start = ",";
    return text;
  });
  yield start === "[" ? "[]" : "]";
}

const batchSize = 500;

function* inBatches(values: Iterable<unknown>, write: (batch: unknown[]) => string): Generator<string> {
  let batch: unknown[] = [];
  for (const value of values) {
    batch.push(value);
    if (batch.length < batchSize) continue;
    yield write(batch);
    batch = [];
  }
  if (batch.length > 0) yield write(batch);
}
