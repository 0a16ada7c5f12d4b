// record.ts: a collector that only writes down: record.js ADDRESS PORT… prints each datagram as "PORT BASE64".
import { createSocket } from "node:dgram";
import { once } from "node:events";

const [address, ...ports] = process.argv.slice(2);
for (const port of ports.map(Number)) {
  const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
  socket.on("message", (message) => console.log(`${port} ${message.toString("base64")}`));
  socket.bind(port, address);
  await once(socket, "listening");
}
console.log("listening");
