import { expect, it } from "vitest";
import { judgeWorkflow } from "./judge-workflow.ts";

const DIGEST = "08c6903cd8c0fde910a37f88322edcfb5dd907a8";

function workflow({
  on = "push",
  permissions = "permissions: {}",
  steps = "",
  job = "timeout-minutes: 5",
} = {}): string {
  return `on: ${on}
${permissions}
jobs:
  one:
    runs-on: ubuntu-24.04
    ${job}
    steps:
${steps || "      - run: npm test"}
`;
}

const checkout = (ref: string, more = "persist-credentials: false"): string =>
  `      - uses: actions/checkout@${ref}\n        with:\n          ${more}`;

it("lets a careful workflow pass", () => {
  expect(judgeWorkflow(workflow({ steps: checkout(`${DIGEST} # v5.0.0`) }))).toEqual([]);
  expect(judgeWorkflow("permissions: {}\njobs:\n  one:\n    uses: ./.github/workflows/ci.yml\n")).toEqual([]);
});

const CARELESS: Record<string, [text: string, problem: RegExp]> = {
  "a tag": [workflow({ steps: checkout("v5") }), /must name a digest/],
  "a digest of no version": [workflow({ steps: checkout(DIGEST) }), /must name a digest/],
  "a short digest": [workflow({ steps: checkout("08c6903 # v5.0.0") }), /must name a digest/],
  "what no release starts": [workflow({ on: "{ release: { types: [published] } }" }), /starts on a release/],
  "what no release starts, in a list": [workflow({ on: "[push, release]" }), /starts on a release/],
  "permissions of old": [workflow({ permissions: "" }), /permissions must be said/],
  "all permissions": [workflow({ permissions: "permissions: write-all" }), /permissions are write-all/],
  "all permissions to read": [workflow({ permissions: "permissions: read-all" }), /permissions are read-all/],
  "all permissions of a job": [
    workflow({ job: "timeout-minutes: 5\n    permissions: write-all" }),
    /one: permissions are write-all/,
  ],
  "no time limit": [workflow({ job: "name: One" }), /timeout-minutes is missing/],
  "a token left behind": [
    workflow({ steps: checkout(`${DIGEST} # v5.0.0`, "fetch-depth: 0") }),
    /persist-credentials/,
  ],
  "an expression in a shell": [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub
    workflow({ steps: '      - run: echo "${{ inputs.tag }}"' }),
    /must not hold an expression/,
  ],
};

it.each(Object.entries(CARELESS))("finds %s", (_name, [text, problem]) => {
  expect(judgeWorkflow(text)).toEqual([expect.stringMatching(problem)]);
});
