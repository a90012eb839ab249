import { below, namesIn, type Part, resolve, spec } from "./spec.ts";

/** One example of the spec. */
export interface Example {
  /** Where it belongs: `POST /events 404 application/json contact`. */
  readonly name: string;
  /** The pointer to its schema. */
  readonly schema: string;
  readonly value: unknown;
}

/** One operation of the spec with its examples. */
export interface Operation {
  readonly name: string;
  readonly request: readonly Example[];
  readonly parameters: readonly Example[];
  readonly responses: readonly Response[];
}

/** One documented response with its examples. */
interface Response {
  readonly name: string;
  readonly status: number;
  readonly hasContent: boolean;
  readonly examples: readonly Example[];
  readonly headers: readonly Example[];
}

/** Every operation of the spec. */
export const operations: readonly Operation[] = namesIn(spec.paths).flatMap((path) =>
  namesIn(resolve(below("/paths", path)).part).map((method) =>
    readOperation(`${method.toUpperCase()} ${path}`, below("/paths", path, method)),
  ),
);

function readOperation(name: string, pointer: string): Operation {
  const { part } = resolve(pointer);
  return {
    name,
    request:
      part.requestBody === undefined ? [] : contentOf(`${name} request`, below(pointer, "requestBody")),
    parameters: namesIn(part.parameters).map((index) =>
      exampleOf(`${name} parameter`, below(pointer, "parameters", index)),
    ),
    responses: namesIn(part.responses).map((status) =>
      readResponse(`${name} ${status}`, below(pointer, "responses", status), Number(status)),
    ),
  };
}

function readResponse(name: string, at: string, status: number): Response {
  const { part, pointer } = resolve(at);
  return {
    name,
    status,
    hasContent: part.content !== undefined,
    examples: contentOf(name, pointer),
    headers: namesIn(part.headers).map((header) =>
      exampleOf(`${name} ${header}`, below(pointer, "headers", header)),
    ),
  };
}

function contentOf(name: string, at: string): Example[] {
  const { part, pointer } = resolve(at);
  return namesIn(part.content).flatMap((type) => {
    const media = below(pointer, "content", type);
    return namesIn(resolve(media).part.examples).map((label) => ({
      name: `${name} ${type} ${label}`,
      schema: below(media, "schema"),
      value: resolve(below(media, "examples", label)).part.value,
    }));
  });
}

function exampleOf(name: string, at: string): Example {
  const { part, pointer } = resolve(at);
  const label = typeof part.name === "string" ? `${name} ${part.name}` : name;
  return { name: label, schema: below(pointer, "schema"), value: part.example };
}

/** The examples that schemas give of themselves. */
export const schemaExamples: readonly Example[] = examplesBelow("/components/schemas");

function examplesBelow(pointer: string): Example[] {
  const part = partAt(pointer);
  if (typeof part !== "object" || part === null) return [];
  const { examples } = part as Part;
  const own = Array.isArray(examples)
    ? examples.map((value, index) => ({ name: `${pointer} ${index}`, schema: pointer, value }))
    : [];
  return [...own, ...namesIn(part).flatMap((name) => examplesBelow(below(pointer, name)))];
}

/** Unlike {@link resolve} it follows no reference, so that each schema is met once. */
function partAt(pointer: string): unknown {
  const [parent, name] = [
    pointer.slice(0, pointer.lastIndexOf("/")),
    pointer.slice(pointer.lastIndexOf("/") + 1),
  ];
  return parent === "" ? spec[name] : (partAt(parent) as Part)[decodeURIComponent(name)];
}
