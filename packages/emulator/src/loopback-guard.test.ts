import { expect, test } from "vitest";
import { createLoopbackGuard } from "./loopback-guard.ts";

test.each([
  ["its own name", "http://emulator.local:3000", true],
  ["this machine", "http://localhost:3000", true],
  ["another name", "https://evil.example", false],
  ["a name that begins with its own", "http://emulator.local.evil.example", false],
])(
  "where all addresses are listened on, a page of %s may control the emulator: %s %j",
  (_, origin, isFree) => {
    const forbiddenReason = createLoopbackGuard({ loopbackOnly: false });
    const request = {
      method: "PUT",
      url: "/_emulator/faults",
      headers: { host: "emulator.local:4010", origin },
    };
    expect(forbiddenReason(request)).toBe(
      isFree ? undefined : "a page of another site may not control the emulator",
    );
  },
);
