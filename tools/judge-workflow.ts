import { parse } from "yaml";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly uses?: string;
  readonly permissions?: unknown;
  readonly "timeout-minutes"?: number;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly on?: string | readonly string[] | Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** An action is named by the digest of a commit, which nobody can move, and says of which version. */
const PINNED = /^\s*-?\s*(?:\w+:\s.*)?uses: (?:\.\/\S+|[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/;

/**
 * What a workflow does that actionlint lets pass and that could give away a token, or would never run, one line each.
 *
 * @param text its YAML
 */
export function judgeWorkflow(text: string): string[] {
  const { on = [], permissions, jobs } = parse(text) as Workflow;
  const problems: string[] = [];
  for (const line of text.split("\n")) {
    if (/^\s*(-\s+)?uses:/.test(line) && !PINNED.test(line)) {
      problems.push(`"${line.trim()}" must name a digest, with the version in a comment`);
    }
  }
  const events = typeof on === "string" ? [on] : Array.isArray(on) ? on : Object.keys(on);
  if (events.includes("release")) {
    problems.push("nothing starts on a release that a workflow has made: it must call this one");
  }
  if (permissions === undefined) problems.push("permissions must be said for the workflow");
  if (permissions === "write-all" || permissions === "read-all")
    problems.push(`permissions are ${permissions}`);
  for (const [name, job] of Object.entries(jobs)) {
    if (job.permissions === "write-all") problems.push(`${name}: permissions are write-all`);
    if (job.uses === undefined && job["timeout-minutes"] === undefined) {
      problems.push(`${name}: timeout-minutes is missing`);
    }
    for (const { uses = "", run = "", with: options } of job.steps ?? []) {
      if (uses.startsWith("actions/checkout@") && options?.["persist-credentials"] !== false) {
        problems.push(`${name}: the checkout must have persist-credentials: false`);
      }
      // What a run says is read by a shell after the expression has been put in: it belongs into env.
      if (run.includes("${{"))
        problems.push(`${name}: a run must not hold an expression, but take it from env`);
    }
  }
  return problems;
}
