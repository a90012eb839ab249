import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { schemas } from "./generated/schemas.ts";
import { type Refusal, refuse } from "./refusal.ts";
import type { CreateEventRequest, CreateEventSummariesRequest } from "./wire.ts";

/** A body the spec allows. Wrapped, because it may have a `code` of its own, which a refusal is known by. */
export interface Valid<Body> {
  readonly body: Body;
}

interface Validators {
  readonly createEvent: ValidateFunction<CreateEventRequest>;
  readonly createSummaries: ValidateFunction<CreateEventSummariesRequest>;
  readonly metadataValue: ValidateFunction;
}

let compiled: Validators | undefined;

// Compiled at first use: importing the package does nothing.
function validators(): Validators {
  if (compiled) return compiled;
  const ajv = new Ajv2020({ allowUnionTypes: true, validateFormats: false }).addSchema(schemas);
  const compile = <T>(name: string): ValidateFunction<T> =>
    ajv.compile<T>({ $ref: `intercom-events#/$defs/${name}` });
  compiled = {
    createEvent: compile("CreateEventRequest"),
    createSummaries: compile("CreateEventSummariesRequest"),
    metadataValue: compile("MetadataValue"),
  };
  return compiled;
}

/** The body of `POST /events` when the spec allows it; else what Intercom would say. */
export function validateEvent(body: unknown): Valid<CreateEventRequest> | Refusal {
  const { createEvent } = validators();
  return createEvent(body) ? { body } : explain(body, createEvent.errors ?? []);
}

/** The body of `POST /events/summaries` when the spec allows it; else what Intercom would say. */
export function validateSummaries(body: unknown): Valid<CreateEventSummariesRequest> | Refusal {
  const { createSummaries } = validators();
  return createSummaries(body) ? { body } : explain(body, createSummaries.errors ?? []);
}

/** A missing field is answered before a bad one, and never named. */
function explain(body: unknown, errors: readonly ErrorObject[]): Refusal {
  const bad = errors.find(({ keyword, instancePath }) => keyword !== "required" && instancePath !== "");
  if (!bad) return refuse.missingData(missingField(errors));
  if (bad.instancePath.startsWith("/metadata")) return explainMetadata(body);
  return refuse.badParameter(bad.instancePath.split("/").at(-1) ?? "");
}

/** The first of the fields that are not there; any identity would do for the last of them. */
function missingField(errors: readonly ErrorObject[]): string {
  const missing = errors.find(({ keyword }) => keyword === "required")?.params.missingProperty as unknown;
  return typeof missing === "string" ? missing : "data";
}

function explainMetadata(body: unknown): Refusal {
  const { metadataValue } = validators();
  const { metadata } = body as { metadata: unknown };
  const isNested = (value: unknown): boolean => typeof value === "object" && value !== null;
  if (!isNested(metadata) || Array.isArray(metadata)) return refuse.badParameter("metadata");
  const nested = Object.entries(metadata as object)
    .filter(([, value]) => isNested(value) && !metadataValue(value))
    .map(([key]) => key);
  return nested.length > 0 ? refuse.unpermitted(nested) : refuse.badParameter("metadata");
}
