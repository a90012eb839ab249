import type { DiagnosticChannel } from "@intercom-events/core";

/** The part of Node's `process` that is used, which Deno has as well. */
interface Process {
  getBuiltinModule?(name: string): { channel(name: string): DiagnosticChannel } | undefined;
}

/**
 * How the channels of `node:diagnostics_channel` are had, where there are any. It is asked for when a
 * client is made: a static import would load it for programs that only import this package.
 */
export function findDiagnosticsChannel(): ((name: string) => DiagnosticChannel) | undefined {
  const { process } = globalThis as { process?: Process };
  return process?.getBuiltinModule?.("node:diagnostics_channel")?.channel;
}
