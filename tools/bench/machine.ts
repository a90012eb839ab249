import { readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";

/** What a run ran on. */
export interface Machine {
  readonly cores: number;
  readonly node: string;
  readonly system: string;
  /** Processes that wanted a core in the last minute before the run: other work makes figures worse. */
  readonly loadBefore: number;
}

/** Describes this machine, without anything that names it. */
export function describeMachine(): Machine {
  return {
    cores: availableParallelism(),
    node: process.versions.node,
    system: `${process.platform} ${process.arch}`,
    loadBefore: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}

const PEERS =
  /^(?:undici|intercom-client|openapi-fetch|p-queue|bottleneck|posthog-|@segment\/|@amplitude\/|@rudderstack\/|mixpanel-|@intercom\/)/;

/** The versions of the libraries beside ours. */
export function peerVersions(): Record<string, string> {
  const { devDependencies } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  return Object.fromEntries(
    Object.entries(devDependencies as Record<string, string>).filter(([name]) => PEERS.test(name)),
  );
}
