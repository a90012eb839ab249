/**
 * Writes src/generated from ../../spec/openapi.yaml and messenger/fake-messenger.js.
 * `node generate.ts --check` writes nothing and exits with 1 when a file is not what it would write.
 */
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import { parse } from "yaml";

const spec = new URL("../../spec/openapi.yaml", import.meta.url);
const header = (source: string): string =>
  `// Generated from ${source} by generate.ts. Do not edit; run \`pnpm generate\`.\n\n`;

/** The component schemas as one JSON Schema 2020-12 document, the dialect of OpenAPI 3.1. */
function jsonSchemas(): string {
  const { components } = parse(readFileSync(spec, "utf8")) as { components: { schemas: object } };
  const document = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "intercom-events",
    $defs: components.schemas,
  };
  const text = JSON.stringify(document, null, 2).replaceAll('"#/components/schemas/', '"#/$defs/');
  return `${header("spec/openapi.yaml")}export const schemas = ${text};\n`;
}

async function wireTypes(): Promise<string> {
  return header("spec/openapi.yaml") + astToString(await openapiTS(spec));
}

/** The script as a string, so that it is served from a bundle without a file beside it. */
function messengerScript(): string {
  const script = readFileSync(new URL("messenger/fake-messenger.js", import.meta.url), "utf8");
  return `${header("messenger/fake-messenger.js")}export const messengerScript = ${JSON.stringify(script)};\n`;
}

const files = {
  "schemas.ts": jsonSchemas(),
  "openapi.ts": await wireTypes(),
  "messenger-script.ts": messengerScript(),
};
const check = process.argv.includes("--check");

for (const [name, text] of Object.entries(files)) {
  const file = new URL(`src/generated/${name}`, import.meta.url);
  if (!check) {
    writeFileSync(file, text);
  } else if (readFileSync(file, "utf8") !== text) {
    console.error(`src/generated/${name} is not up to date: run \`pnpm generate\``);
    process.exitCode = 1;
  }
}
