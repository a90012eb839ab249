import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { createBench, event } from "../test/emulator-bench.ts";
import { schemas } from "./generated/schemas.ts";

const spec = parse(readFileSync(new URL("../../../spec/openapi.yaml", import.meta.url), "utf8"));
const examplesOf = (path: string) =>
  Object.entries(spec.paths[path].post.requestBody.content["application/json"].examples as object).map(
    ([name, example]): [string, string, unknown, number] => [
      path,
      name,
      example.value,
      path === "/events" ? 202 : 200,
    ],
  );

test.each([...examplesOf("/events"), ...examplesOf("/events/summaries")])(
  "the spec's example for %s, %s, is accepted",
  async (path, _, body, status) => {
    const { call } = createBench();
    const headers = { "content-type": "application/json" };
    expect((await call(path, { method: "POST", body: JSON.stringify(body), headers })).status).toBe(status);
  },
);

const list = "/events?type=user&user_id=314159&per_page=1";

test.each([
  ["EventList", list],
  ["EventSummaryList", `${list}&summary=true`],
  ["ErrorList", "/events"],
  ["ErrorList", "/nowhere"],
])("a reply has the spec's shape: %s", async (name, target) => {
  const { post, json } = createBench();
  await post(event({ email: "a@example.com", metadata: { a: true } }));
  await post(event({ created_at: 1 }));
  const ajv = new Ajv2020({ allowUnionTypes: true, validateFormats: false }).addSchema(schemas);
  // Nothing beyond the schema either.
  const validate = ajv.compile({ $ref: `intercom-events#/$defs/${name}`, unevaluatedProperties: false });
  validate(await json(target));
  expect(validate.errors).toBeNull();
});
