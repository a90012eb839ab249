/** Starts what was built on a free port, and calls its route once. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const server = spawn(
  process.execPath,
  ["node_modules/next/dist/bin/next", "start", "--port", "0", "--hostname", "127.0.0.1"],
  { stdio: ["ignore", "pipe", "inherit"] },
);
try {
  const { promise, resolve, reject } = Promise.withResolvers();
  server.on("exit", (status) => reject(new Error(`next start ended with ${status}`)));
  createInterface(server.stdout).on("line", (line) => {
    const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (address) resolve(address);
  });
  const reply = await fetch(`${await promise}/events`, { method: "POST" });
  if (reply.status !== 200) throw new Error(await reply.text());
} finally {
  server.removeAllListeners("exit");
  server.kill();
}
