import classifyResponseFile from "../../../spec/vectors/classify-response.json" with { type: "json" };
import decodeMetadataFile from "../../../spec/vectors/decode-metadata.json" with { type: "json" };
import encodeEventFile from "../../../spec/vectors/encode-event.json" with { type: "json" };
import encodeMetadataFile from "../../../spec/vectors/encode-metadata.json" with { type: "json" };
import moneyFile from "../../../spec/vectors/money.json" with { type: "json" };
import { classifyResponse } from "../src/classify-response.ts";
import { decodeMetadata } from "../src/decode-metadata.ts";
import { encodeEvent } from "../src/encode-event.ts";
import { type EncodeOptions, encodeMetadata } from "../src/encode-metadata.ts";
import type { Issue } from "../src/issue.ts";
import type { WireMetadata } from "../src/metadata.ts";
import { monetaryAmount } from "../src/money.ts";
import type { Failure } from "../src/report.ts";
import { assertEqual } from "./assert-equal.ts";
import { revive } from "./revive.ts";

/** A case of `spec/vectors`, ready to run in any test framework. */
export interface VectorCase {
  /** The file's name and the case's. */
  readonly name: string;
  /** Codes of issues and warnings, and kinds of verdicts, that the case expects. */
  readonly covers: readonly string[];
  /** Throws when the code does something else than the case expects. */
  run(): void;
}

/** `[path, code]`, or with the whole message. */
type ExpectedIssue = [path: string, code: string] | [path: string, code: string, message: string];

interface ExpectedEncoding {
  readonly warnings?: ExpectedIssue[];
  readonly issues?: ExpectedIssue[];
}

interface EncodeMetadataCase {
  readonly metadata: unknown;
  readonly options?: EncodeOptions;
  readonly expect: ExpectedEncoding & { readonly metadata?: WireMetadata };
}

interface DecodeMetadataCase {
  readonly wire: WireMetadata;
  readonly expect: object;
}

interface EncodeEventCase {
  readonly event: unknown;
  readonly now?: number;
  readonly options?: EncodeOptions;
  readonly expect: ExpectedEncoding & { readonly value?: { readonly metadata?: WireMetadata } };
}

interface ClassifyResponseCase {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly now?: number;
  readonly expect: { readonly kind: string };
}

interface MoneyCase {
  readonly decimal: string;
  readonly currency: string;
  readonly expect: { readonly throws?: string };
}

/** Every case of `spec/vectors`. */
export function vectorCases(): VectorCase[] {
  return [
    ...read<EncodeMetadataCase>("encode-metadata", encodeMetadataFile, runEncodeMetadata),
    ...read<DecodeMetadataCase>("decode-metadata", decodeMetadataFile, runDecodeMetadata),
    ...read<EncodeEventCase>("encode-event", encodeEventFile, runEncodeEvent),
    ...read<ClassifyResponseCase>("classify-response", classifyResponseFile, runClassifyResponse),
    ...read<MoneyCase>("money", moneyFile, runMoney),
  ];
}

interface VectorFile {
  readonly now?: number;
  readonly cases: readonly { readonly name: string; readonly expect: unknown }[];
}

function read<Case>(label: string, { now = 0, cases }: VectorFile, run: Run<Case>): VectorCase[] {
  return cases.map((json) => ({
    name: `${label}: ${json.name}`,
    covers: coveredBy(json.expect as ExpectedEncoding & { kind?: string }),
    run: () => run(revive(json) as Case, now),
  }));
}

type Run<Case> = (given: Case, now: number) => void;

function coveredBy({ issues = [], warnings = [], kind }: ExpectedEncoding & { kind?: string }): string[] {
  const codes = [...issues, ...warnings].map(([, code]) => code);
  return kind === undefined ? codes : [kind];
}

function runEncodeMetadata({ metadata, options, expect }: EncodeMetadataCase): void {
  const encoded = encodeMetadata(metadata, options);
  assertEqual(
    encoded.ok
      ? { ...sent(encoded.metadata), warnings: brief(encoded.warnings, expect) }
      : refused(encoded, expect),
    expect.issues ? { issues: expect.issues } : { ...sent(expect.metadata), warnings: expect.warnings ?? [] },
    "the encoded metadata",
  );
}

function runEncodeEvent(given: EncodeEventCase, now: number): void {
  const { event, options, expect } = given;
  const encoded = encodeEvent(event, given.now ?? now, options);
  assertEqual(
    encoded.ok
      ? { value: encoded.value, ...sent(encoded.value.metadata), warnings: brief(encoded.warnings, expect) }
      : refused(encoded, expect),
    expect.issues
      ? { issues: expect.issues }
      : { value: expect.value, ...sent(expect.value?.metadata), warnings: expect.warnings ?? [] },
    "the encoded event",
  );
}

/** Metadata as its JSON, in which the order of the keys counts. */
function sent(metadata: WireMetadata | undefined): { metadata: string | undefined } {
  return { metadata: JSON.stringify(metadata) };
}

function refused({ issues }: Failure, expect: ExpectedEncoding): { issues: readonly string[][] } {
  return { issues: brief(issues, expect) };
}

/** Issues as a case writes them: with the message only where the case has it. */
function brief(found: readonly Issue[], { issues, warnings }: ExpectedEncoding): string[][] {
  const expected = issues ?? warnings ?? [];
  return found.map(({ path, code, message }, index) =>
    expected[index]?.length === 3 ? [path, code, message] : [path, code],
  );
}

function runDecodeMetadata({ wire, expect }: DecodeMetadataCase): void {
  const decoded = decodeMetadata(wire);
  assertEqual(decoded, expect, "the decoded metadata");
  assertEqual(Object.keys(decoded), Object.keys(expect), "the order of the keys");
}

function runClassifyResponse(given: ClassifyResponseCase, now: number): void {
  const { status, headers = {}, body = "", expect } = given;
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const reply = { status, headers: { get: (name: string) => byName.get(name.toLowerCase()) ?? null }, body };
  assertEqual(classifyResponse(reply, given.now ?? now), expect, "the verdict");
}

function runMoney({ decimal, currency, expect }: MoneyCase): void {
  assertEqual(amountOrRefusal(decimal, currency), expect, "the amount");
}

function amountOrRefusal(decimal: string, currency: string): object {
  try {
    return monetaryAmount.fromDecimal(decimal, currency);
  } catch (error) {
    return error instanceof RangeError ? { throws: error.message } : { notARangeError: String(error) };
  }
}
