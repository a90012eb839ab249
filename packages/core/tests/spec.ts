import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";

/** A part of the spec that has parts of its own. */
export type Part = Readonly<Record<string, unknown>>;

/** `spec/openapi.yaml`, as data. */
export const spec: Part = parse(readFileSync(new URL("../../../spec/openapi.yaml", import.meta.url), "utf8"));

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
addFormats.default(ajv);
// Words of OpenAPI that say nothing about a value; `discriminator` repeats what the `oneOf` beside it says.
ajv.addVocabulary([...Object.keys(spec), "discriminator"]);
ajv.addSchema(spec, "openapi.yaml");

/** What is wrong with a value, judged by the schema at a JSON pointer into the spec; empty when nothing is. */
export function faults(value: unknown, pointer: string): string[] {
  const validate = ajv.getSchema(`openapi.yaml#${pointer}`);
  if (!validate) throw new Error(`The spec has no schema at ${pointer}`);
  return validate(value)
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

/** The pointer to a part of a part. */
export function below(pointer: string, ...names: string[]): string {
  const escaped = names.map((name) => encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1")));
  return [pointer, ...escaped].join("/");
}

/** The part at a pointer, and where it really stands if it is a reference. */
export function resolve(pointer: string): { part: Part; pointer: string } {
  let part: unknown = spec;
  for (const name of pointer.split("/").slice(1)) {
    const key = decodeURIComponent(name).replaceAll("~1", "/").replaceAll("~0", "~");
    part = (part as Part)[key];
  }
  const { $ref } = part as Part;
  return typeof $ref === "string" ? resolve($ref.slice(1)) : { part: part as Part, pointer };
}

/** The names of what is in a part, which may be absent. */
export function namesIn(part: unknown): string[] {
  return Object.keys((part as Part | undefined) ?? {});
}
