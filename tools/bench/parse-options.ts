import { parseArgs } from "node:util";
import type { BenchOptions } from "./benchmark.ts";

/** What a command line asks for. */
export interface Request {
  /** Which benchmarks, in whatever order; all of them if empty. */
  readonly names: readonly string[];
  readonly options: BenchOptions;
  /** Where the report and `results` go, or `undefined` for nowhere. */
  readonly folder: string | undefined;
  /** Only writes the report and the charts again from what is in `results`. */
  readonly reportOnly: boolean;
  /** Minutes after which a benchmark that hangs is given up. */
  readonly minutes: number;
}

/** Enough to see that a benchmark works, and too little to mean anything. */
const QUICK: BenchOptions = {
  rounds: 1,
  events: 200,
  windows: 1,
  processes: [1, 2],
  limits: [200],
  inFlight: [1, 16],
  sizes: [1000],
};

const text = { type: "string" } as const;

/**
 * Reads the arguments of `pnpm bench`.
 *
 * @param known the names of all benchmarks
 * @param home where results go unless told otherwise
 * @throws {TypeError} for an unknown name or option, and for what is not a list of positive whole numbers
 */
export function parseOptions(args: readonly string[], known: readonly string[], home: string): Request {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    allowNegative: true,
    options: {
      rounds: text,
      events: text,
      windows: text,
      processes: text,
      limits: text,
      client: { ...text, multiple: true },
      "in-flight": text,
      sizes: text,
      minutes: text,
      folder: text,
      quick: { type: "boolean", default: false },
      report: { type: "boolean", default: false },
      save: { type: "boolean", default: true },
    },
  });
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`There is no benchmark "${unknown}", only ${known.join(", ")}`);
  }
  const given: BenchOptions = {
    rounds: parseNumbers("rounds", values.rounds)?.[0],
    events: parseNumbers("events", values.events)?.[0],
    windows: parseNumbers("windows", values.windows)?.[0],
    processes: parseNumbers("processes", values.processes),
    limits: parseNumbers("limits", values.limits),
    clients: values.client,
    inFlight: parseNumbers("in-flight", values["in-flight"]),
    sizes: parseNumbers("sizes", values.sizes),
  };
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  // What a quick run finds is not to stand where figures are read, unless a place is named for it.
  const folder = values.folder ?? (values.quick ? undefined : home);
  return {
    names: positionals,
    options: values.quick ? { ...QUICK, ...stated } : stated,
    folder: values.save ? folder : undefined,
    reportOnly: values.report,
    minutes: parseNumbers("minutes", values.minutes)?.[0] ?? 15,
  };
}

/** @throws {TypeError} for what is not a list of positive whole numbers */
function parseNumbers(option: string, list: string | undefined): number[] | undefined {
  const numbers = list?.split(",").map(Number);
  if (numbers === undefined || numbers.every((number) => Number.isSafeInteger(number) && number > 0))
    return numbers;
  throw new TypeError(`Cannot run benchmarks: "--${option}" must be positive whole numbers, got ${list}`);
}
