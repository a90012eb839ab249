/** A loopback server that answers each request like Intercom answers an event, as fast as Node can. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const server = createServer((request, response) => {
  request.resume().on("end", () => {
    response.writeHead(202, { "x-request-id": "004h01uqo3s6ait1fi20", "x-ratelimit-limit": "1667" }).end();
  });
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit());
