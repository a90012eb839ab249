import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark } from "./benchmark.ts";
import { barOf } from "./chart.ts";
import { CODEC, type CodecName } from "./codec-program.ts";
import { CODEC_RUNTIMES, type CodecRound, codecProgram, runCodec } from "./codec-runtimes.ts";
import { grouped, median, spread } from "./summarize.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** What encoding and classifying cost on each runtime; see `about`. */
export const codec: Benchmark = {
  title: "What encoding and classifying cost",
  about: `Nanoseconds of one call of core's pure functions, by [mitata](https://github.com/evanwashere/mitata): its
mean, then the median over rounds, in which the runtimes take turns with a process (a page) of their own each.
The metadata has four values, with a date and an amount. \`encodeEvent\` checks and encodes a whole event, without
making text of it. Replies have Intercom's headers in a \`Headers\` of the runtime; 429 and 422 have its body of
errors too. All runtimes run the same bundle, and calls are timed 4,096 together, as a page's clock has steps of 100 µs.`,
  async run({ rounds = 5 }) {
    const folder = temporaryFolder();
    const raw: Record<string, CodecRound[]> = {};
    const paths = new Map<string, string>();
    for (const runtime of CODEC_RUNTIMES) {
      const path = join(folder, `${runtime}.mjs`);
      writeFileSync(path, await codecProgram(runtime));
      paths.set(runtime, path);
      raw[runtime] = [];
    }
    for (let round = 0; round < rounds; round += 1) {
      for (const [runtime, path] of paths) raw[runtime]?.push(await runCodec(runtime, path));
    }
    const timesOf = (runtime: string, name: CodecName): number[] =>
      (raw[runtime] ?? []).map(({ times }) => times[name]);
    const nameOf = (runtime: string): string => `${runtime} ${raw[runtime]?.[0]?.version ?? ""}`;
    const rows = CODEC.flatMap((name) =>
      CODEC_RUNTIMES.map((runtime) => ({
        function: name,
        runtime: nameOf(runtime),
        "ns per call": grouped(median(timesOf(runtime, name))),
        "spread of rounds": spread(timesOf(runtime, name)),
        "calls per second": grouped(1e9 / median(timesOf(runtime, name))),
      })),
    );
    const groups = CODEC.map((name) => ({
      name,
      bars: CODEC_RUNTIMES.map((runtime) => barOf(nameOf(runtime), timesOf(runtime, name), { isOurs: true })),
    }));
    const chart = { title: "Encoding and classifying, by runtime", axis: "ns per call", groups };
    return { rows, options: { rounds }, chart };
  },
};
