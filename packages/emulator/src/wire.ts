import type { components } from "./generated/openapi.ts";

type Schemas = components["schemas"];

/** Body of `POST /events`. */
export type CreateEventRequest = Schemas["CreateEventRequest"];
/** Body of `POST /events/summaries`. */
export type CreateEventSummariesRequest = Schemas["CreateEventSummariesRequest"];
/** Reply of `GET /events`. */
export type EventList = Schemas["EventList"];
/** Reply of `GET /events?summary=true`. */
export type EventSummaryList = Schemas["EventSummaryList"];
/** One line of a summary. */
export type EventSummary = Schemas["EventSummary"];
/** Every refusal. */
export type ErrorList = Schemas["ErrorList"];
