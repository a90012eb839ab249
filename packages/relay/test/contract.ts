import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";

type Part = Readonly<Record<string, unknown>>;

function read(name: string): Part {
  return parse(readFileSync(new URL(`../../../spec/${name}`, import.meta.url), "utf8"));
}

/** `spec/relay.yaml`, as data. */
const spec = read("relay.yaml");
const events = read("openapi.yaml");

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, validateFormats: false });
ajv.addVocabulary([...new Set([...Object.keys(spec), ...Object.keys(events), "discriminator"])]);
ajv.addSchema(events, "https://spec.invalid/openapi.yaml");
ajv.addSchema(spec, "https://spec.invalid/relay.yaml");

/** What is wrong with a value, judged by a schema of `spec/relay.yaml`; empty when nothing is. */
export function faultsOf(value: unknown, schema: "RelayRequest" | "RelayReply" | "RelayError"): string[] {
  const validate = ajv.getSchema(`https://spec.invalid/relay.yaml#/components/schemas/${schema}`);
  if (!validate) throw new Error(`The spec has no schema ${schema}`);
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

interface Media {
  readonly schema: { readonly $ref: string };
  readonly examples: Readonly<Record<string, { readonly value?: unknown; readonly $ref?: string }>>;
}
type Content = { readonly content?: Readonly<Record<string, Media>>; readonly $ref?: string };
const { post } = (
  spec as { paths: { "/": { post: { requestBody: Content; responses: Record<string, Content> } } } }
).paths["/"];

/** The statuses that the contract documents. */
export const STATUSES: readonly number[] = Object.keys(post.responses).map(Number);

/** The part that a reference stands for. */
function follow<T extends { readonly $ref?: string }>(part: T): T {
  if (part.$ref === undefined) return part;
  return part.$ref
    .split("/")
    .slice(1)
    .reduce<unknown>((at, name) => (at as Part)[name], spec) as T;
}

/** Every example of a request or a reply. */
export const examples: readonly {
  name: string;
  status?: number;
  schema: Parameters<typeof faultsOf>[1];
  value: unknown;
}[] = [
  ...examplesOf("request", post.requestBody),
  ...Object.entries(post.responses).flatMap(([status, content]) => examplesOf(status, content)),
];

function examplesOf(name: string, part: Content) {
  return Object.entries(follow(part).content ?? {}).flatMap(([type, media]) =>
    Object.entries(media.examples).map(([label, example]) => ({
      name: `${name} ${type} ${label}`,
      ...(Number(name) && { status: Number(name) }),
      schema: media.schema.$ref.split("/").at(-1) as Parameters<typeof faultsOf>[1],
      value: follow(example).value,
    })),
  );
}

/**
 * What is wrong with a reply, judged by the contract and by what holds for all of them.
 *
 * @param events how many events the request had, if it was one
 */
export async function faultsOfReply(reply: Response, events?: number): Promise<string[]> {
  const text = await reply.clone().text();
  const { status, headers } = reply;
  const faults: string[] = [];
  const expect = (isTrue: boolean, what: string): void => void (isTrue || faults.push(what));
  expect(STATUSES.includes(status), `status ${status} is not in the contract`);
  expect(status !== 500, "status 500 is a bug");
  expect(headers.get("content-type") === "application/json", "its content type");
  expect(headers.get("cache-control") === "no-store", "its cache-control");
  expect(headers.get("x-content-type-options") === "nosniff", "its x-content-type-options");
  expect(headers.get("vary") === "Origin", "its vary");
  expect(headers.get("set-cookie") === null, "it sets a cookie");
  expect(!Number.isNaN(Date.parse(headers.get("date") ?? "")), "its date");
  const wait = headers.get("retry-after");
  expect((wait !== null) === (status === 429 || status === 503), "its retry-after");
  expect(wait === null || /^\d+$/.test(wait), "its retry-after is no number");
  const body: unknown = JSON.parse(text);
  if (status !== 200) return [...faults, ...faultsOf(body, "RelayError")];
  const { results } = body as { results: unknown[] };
  expect(events === undefined || results.length === events, `${results.length} results for ${events} events`);
  return [...faults, ...faultsOf(body, "RelayReply")];
}
