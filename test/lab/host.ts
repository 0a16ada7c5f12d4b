// A host's services, run inside its namespace: HTTP on 80, TCP and UDP echo on 7, TCP discard on 9; both families.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { hostname } from "node:os";

const http = createHttpServer((request, response) => {
  response.setHeader("connection", "close");
  response.end(`hello ${request.socket.remoteAddress ?? ""} from ${hostname()}\n`);
});
const echo = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on("error", () => socket.destroy());
  socket.pipe(socket);
});
const discard = createServer((socket) => {
  socket.on("error", () => socket.destroy());
  socket.resume();
});
for (const [server, port] of [
  [http, 80],
  [echo, 7],
  [discard, 9],
] as const) {
  server.listen(port, "::");
  await once(server, "listening");
}
const datagrams = createSocket({ type: "udp6", recvBufferSize: 1 << 20 });
datagrams.on("message", (message, from) => datagrams.send(message, from.port, from.address));
datagrams.bind(7, "::");
await once(datagrams, "listening");
console.log("listening");
process.on("SIGTERM", () => process.exit(0));
