import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { beforeAll, describe, expect, test } from "vitest";

const packages = join(import.meta.dirname, "../../packages");
const guide = readFileSync(join(import.meta.dirname, "../../docs/guide/operate.md"), "utf8");

/** A mistake that people make, and what the compiler shall say of it. `row` is how the guide names that, if it does. */
interface Mistake {
  readonly code: string;
  readonly says: string;
  readonly row?: string;
}

const FLAT = `"metadata is flat: no list, and no object but { url, value } and { amount, currency }"`;

const MISTAKES: readonly Mistake[] = [
  {
    code: `any.track({ eventName: "a" });`,
    says: "Property 'userId' is missing in type '{ eventName: string; }'",
    row: "Property 'userId' is missing …",
  },
  {
    code: `typed.track({ eventName: "logged-in" });`,
    says: "Property 'userId' is missing in type '{ eventName: \"logged-in\"; }'",
  },
  {
    code: `any.track({ userId: maybe, eventName: "a" });`,
    says: "Types of property 'userId' are incompatible.\nType 'string | undefined' is not assignable to type 'string'.",
    row: "Type 'string | undefined' is not assignable to type 'string'",
  },
  {
    code: `any.contact({ userId: maybe });`,
    says: "Types of property 'userId' are incompatible.\nType 'string | undefined' is not assignable to type 'string'.",
  },
  {
    code: `any.track({ userId, email: "a@example.com", eventName: "a" });`,
    says: "Types of property 'email' are incompatible.\nType 'string' is not assignable to type 'undefined'.",
    row: "Type 'string' is not assignable to type 'undefined'",
  },
  {
    code: `any.track({ userId: 314159, eventName: "a" });`,
    says: "Type 'number' is not assignable to type 'string'.",
  },
  {
    code: `any.track({ user_id: "1", event_name: "a" });`,
    says: "'user_id' does not exist in type 'TrackedEvent<string, object>'. Did you mean to write 'userId'?",
  },
  {
    code: `any.track({ userId, eventName: "a", created_at: 5 });`,
    says: "Did you mean to write 'createdAt'?",
  },
  {
    code: `any.track({ userId, eventName: "a", createdAt: "2020-01-01" });`,
    says: "Type 'string' is not assignable to type 'number | Date | undefined'.",
  },
  {
    code: `any.track({ userId, eventName: "a", metadata: { ordered: new Date() } });`,
    says: `Type 'Date' is not assignable to type 'Date & "a Date belongs under a key that ends in _date"'.`,
  },
  {
    code: `any.contact({ userId }).track("a", { tags: ["a"] });`,
    says: `Type 'string[]' is not assignable to type 'string[] & ${FLAT}'.`,
  },
  {
    code: `any.track({ userId, eventName: "a", metadata: { order: { number: 1 } } });`,
    says: `Type '{ number: number; }' is not assignable to type '{ number: number; } & ${FLAT}'.`,
  },
  {
    code: `any.track({ userId, eventName: "a", metadata: { note: null } });`,
    says: "Type 'null' is not assignable to type 'never'.",
    row: "Type 'null' is not assignable to type …",
  },
  {
    code: `any.track({ userId, eventName: "a", metadata: { note: maybe ?? null } });`,
    says: "Type 'string | null' is not assignable to type 'string'.\nType 'null' is not assignable to type 'string'.",
  },
  {
    code: `any.track({ userId, eventName: "a", metadata: {} as Record<string, unknown> });`,
    says: "Type 'unknown' is not assignable to type 'MetadataValue | undefined'.",
    row: "Type 'unknown' is not assignable to type 'MetadataValue | undefined'",
  },
  {
    code: `typed.track({ userId, eventName: "placed-oder", metadata });`,
    says: `Type '"placed-oder"' is not assignable to type '"placed-order" | "logged-in" | "logged-out"'. Did you mean '"placed-order"'?`,
  },
  {
    code: `typed.contact({ userId }).track("placed-oder", metadata);`,
    says: `Argument of type '"placed-oder"' is not assignable to parameter of type '"placed-order" | "logged-in" | "logged-out"'.`,
  },
  {
    code: `typed.track({ userId, eventName: "placed-order", metadata: { prise: metadata.price } });`,
    says: "'prise' does not exist in type '{ price: MonetaryAmount; }'. Did you mean to write 'price'?",
  },
  {
    code: `typed.track({ userId, eventName: "placed-order", metadata: { price: 349.99 } });`,
    says: "Type 'number' is not assignable to type 'MonetaryAmount'.",
  },
  {
    code: `typed.contact({ userId }).track("logged-in", { method: 1 });`,
    says: "Type 'number' is not assignable to type 'string'.",
  },
  {
    code: `typed.track({ userId, eventName: "placed-order" });`,
    says: "Property 'metadata' is missing in type '{ userId: string; eventName: \"placed-order\"; }' but required in type '{ readonly metadata: { price: MonetaryAmount; }; }'.",
  },
  {
    code: `typed.track({ userId, eventName: "logged-out", metadata: { how: "sso" } });`,
    says: "Type 'string' is not assignable to type 'never'.",
    row: "Type 'string' is not assignable to type 'never'",
  },
  {
    code: `((client: Client) => client)(typed);`,
    says: "Argument of type 'Client<Catalog>' is not assignable to parameter of type 'Client<AnyEvent>'.",
    row: "… 'Client<Catalog>' is not assignable to … 'Client<AnyEvent>'",
  },
  {
    code: `createClient({ token: "t", transport, retry: { attempt: 3 } });`,
    says: "'attempt' does not exist in type 'RetryOptions'. Did you mean to write 'attempts'?",
  },
];

const PREAMBLE = `import { type Client, createClient, type MonetaryAmount, type Transport } from "./index.ts";
interface Catalog { "placed-order": { price: MonetaryAmount }; "logged-in": { method?: string }; "logged-out": {} }
declare const transport: Transport;
declare const maybe: string | undefined;
const any = createClient({ token: "t", transport });
const typed = createClient<Catalog>({ token: "t", transport });
const userId = "314159";
const metadata = { price: { amount: 34999, currency: "eur" } };
`;

/** What the compiler says, by line; of what it says inside of that, indentation is left out. */
function messagesOf(text: string): Map<number, string> {
  const name = join(packages, "core/src/mistakes.ts");
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts", "lib.webworker.d.ts"],
    types: [],
    strict: true,
    allowImportingTsExtensions: true,
    noEmit: true,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (path, version, ...rest) =>
    path === name ? ts.createSourceFile(path, text, version) : getSourceFile(path, version, ...rest);
  const program = ts.createProgram([name], options, host);
  const messages = new Map<number, string>();
  for (const { file, start = 0, messageText } of program.getSemanticDiagnostics(
    program.getSourceFile(name),
  )) {
    const line = file?.getLineAndCharacterOfPosition(start).line ?? 0;
    messages.set(line, ts.flattenDiagnosticMessageText(messageText, "\n").replaceAll(/^ +/gm, ""));
  }
  return messages;
}

describe("what the compiler says of a mistake", () => {
  let messages: Map<number, string>;
  const first = PREAMBLE.split("\n").length - 1;

  beforeAll(() => {
    messages = messagesOf(PREAMBLE + MISTAKES.map(({ code }) => code).join("\n"));
  }, 60_000);

  test("is said of mistakes alone", () => {
    expect([...messages.keys()].filter((line) => line < first)).toEqual([]);
  });

  test.each(MISTAKES.map((mistake, index) => ({ ...mistake, line: first + index })))(
    "names what is wrong: $code",
    ({ line, says }) => {
      expect(messages.get(line)).toContain(says);
    },
  );

  test.each(MISTAKES.flatMap(({ row }) => row ?? []))("is in the guide: %s", (row) => {
    expect(guide).toContain(`| \`${row.replaceAll("|", "\\|")}\``);
  });
});
