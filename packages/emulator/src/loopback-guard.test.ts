import { expect, test } from "vitest";
import { createLoopbackGuard } from "./loopback-guard.ts";

test.each([
  ["its own name", "http://emulator.lan:3000", true],
  ["this machine", "http://localhost:3000", true],
  ["another name", "https://evil.example", false],
  ["a name that begins with its own", "http://emulator.lan.evil.example", false],
])(
  "where all addresses are listened on, a page of %s may change the emulator: %s %j",
  (_, origin, isFree) => {
    const forbiddenReason = createLoopbackGuard({ loopbackOnly: false });
    const request = {
      method: "PUT",
      url: "/_emulator/faults",
      headers: { host: "emulator.lan:4010", origin },
    };
    expect(forbiddenReason(request)).toBe(
      isFree ? undefined : "a page of another site may not change the emulator",
    );
  },
);
