import { expect, test } from "vitest";
import { endChildren, startChild } from "./child.ts";

test("a child answers until it is ended, and asking it then fails instead of waiting", async () => {
  const child = await startChild("server.ts", [], []);
  expect(await child.ask("url")).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const unanswered = child.ask("url").then(() => child.ask("url"));
  const ended = endChildren();
  await expect(unanswered).rejects.toThrow("server.ts has ended");
  await expect(child.ask("url")).rejects.toThrow("server.ts has ended");
  expect(() => child.end()).not.toThrow();
  await ended;
});

test("a child that is gone before its end was noticed has ended, too", async () => {
  const child = await startChild("server.ts", [], []);
  const ended = endChildren();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100); // Nothing is noticed meanwhile.
  await expect(child.ask("url")).rejects.toThrow("server.ts has ended: SIGKILL");
  await ended;
});

test("what a child throws is thrown by the question", async () => {
  const child = await startChild(
    "delivered-child.ts",
    ["nobody", "http://127.0.0.1:9"],
    ["--conditions=@intercom-events/source"],
  );
  await expect(child.ask({ events: 1, inFlight: 1 })).rejects.toThrow('There is no sender "nobody"');
  child.end();
});
