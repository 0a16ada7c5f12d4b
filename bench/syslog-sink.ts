// syslog-sink.ts [CERTIFICATE KEY]: takes TCP or TLS connections for benchmarks and throws away what comes; prints its port.
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

const [certificate, key] = process.argv.slice(2);
const server =
  certificate === undefined
    ? createServer()
    : createTlsServer({ cert: readFileSync(certificate), key: readFileSync(key!) });
server.on(certificate === undefined ? "connection" : "secureConnection", (socket: Socket) => {
  socket.on("error", () => undefined);
  socket.resume();
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
process.stdin.on("end", () => process.exit(0)).resume();
