import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { generate } from "selfsigned";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type StartedProxy, startProxy } from "../test/start-proxy.ts";
import { createClient, type NodeClientOptions } from "./index.ts";

vi.mock("undici", () => import("undici-8"));

const EVENT = { userId: "314159", eventName: "logged-in" } as const;

const requests: IncomingHttpHeaders[] = [];
let isSilent = false;
const host = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  requests.push(request.headers);
  request.resume().on("end", () => {
    if (isSilent) return;
    response.writeHead(200, { "x-request-id": "request-1", "content-type": "application/json" });
    response.end('{"type":"event.summary","events":[]}');
  });
});
let proxy: StartedProxy | undefined;

beforeEach(async () => {
  requests.length = 0;
  isSilent = false;
  host.listen(0, "127.0.0.1");
  await once(host, "listening");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  proxy?.stop();
  host.closeAllConnections();
  host.close();
  await once(host, "close");
});

function connect(options: Partial<NodeClientOptions> = {}) {
  const baseUrl = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  return createClient({ token: "token", baseUrl, keepAlive: 600_000, warn: () => undefined, ...options });
}

const [major = 0] = process.versions.node.split(".").map(Number);

describe.skipIf(major < 22)("undici 8 (needs Node.js 22.19)", () => {
  test.each([1, 3])("sends as well: %d at a time", async (concurrency) => {
    const client = connect({ concurrency });
    expect(await client.track(EVENT)).toEqual({ status: "accepted", attempts: 1, requestId: "request-1" });
    expect(await client.summaries({ userId: "314159" })).toEqual([]);
    expect(requests).toMatchObject([{ authorization: "Bearer token" }, { authorization: "Bearer token" }]);
    await client.close();
    await expect(client.summaries({ userId: "314159" })).rejects.toThrow("the client is closed");
  });

  test("gives a call up that has no reply", async () => {
    isSilent = true;
    const client = connect({ timeout: 100, retry: { attempts: 1 } });
    expect(await client.track(EVENT)).toMatchObject({ status: "rejected", verdict: { kind: "timeout" } });
    await client.close();
    while ((await new Promise((resolve) => host.getConnections((_, count) => resolve(count)))) !== 0)
      await sleep(10);
  });

  test.each([1, 3])("speaks HTTP/1.1 to a host that offers HTTP/2: %d at a time", async (concurrency) => {
    const { private: key, cert } = await generate([{ name: "commonName", value: "127.0.0.1" }]);
    const versions: string[] = [];
    const secure = createSecureServer({ key, cert, allowHTTP1: true }, (request, response) => {
      versions.push(request.httpVersion);
      request.resume().on("end", () => response.writeHead(202).end());
    });
    secure.listen(0, "127.0.0.1");
    await once(secure, "listening");
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const baseUrl = `https://127.0.0.1:${(secure.address() as AddressInfo).port}`;
    const client = connect({ baseUrl, concurrency, retry: { attempts: 1 } });
    const outcome = await client.track(EVENT);
    await client.close();
    secure.close();
    expect([outcome.status, versions]).toEqual(["accepted", ["1.1"]]);
  });

  test("goes through the proxy that Node.js is told to take", async () => {
    proxy = await startProxy();
    vi.stubEnv("NODE_USE_ENV_PROXY", "1");
    vi.stubEnv("HTTP_PROXY", proxy.url);
    const client = connect();
    expect((await client.track(EVENT)).status).toBe("accepted");
    expect(proxy.tunnels).toHaveLength(1);
    await client.close();
  });
});
