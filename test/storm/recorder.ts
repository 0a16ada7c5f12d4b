// recorder.ts udp|tcp ADDRESS PORT FILE: a collector that writes each line into FILE as soon as it has read it, behind the time
// at which it came, in milliseconds since 1970: what the file lacks never came out of the kernel. SPDX-License-Identifier: Apache-2.0
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { openSync, writeSync } from "node:fs";

import { FrameServer } from "../../daemon/src/syslog/frame-server.js";

/** As much as a kernel grants: a burst that the process is too late for waits there. */
const BUFFER_BYTES = 64 << 20;

const [protocol, address, portText, path = ""] = process.argv.slice(2);
const port = Number(portText);
const file = openSync(path, "a");
const record = (lines: readonly string[]): void => {
  const now = Date.now();
  writeSync(file, lines.map((line) => `${now} ${line}\n`).join(""));
};

if (protocol === "udp") {
  const socket = createSocket({ type: "udp4", recvBufferSize: BUFFER_BYTES });
  socket.on("message", (message) => record([message.toString()]));
  socket.bind(port, address);
  await once(socket, "listening");
  console.log("listening");
} else {
  const server = await FrameServer.listen({ port, ...(address === undefined ? {} : { host: address }) });
  console.log("listening");
  for (let recorded = 0; ; recorded = server.lines.length) {
    await server.until(recorded + 1);
    record(server.lines.slice(recorded));
  }
}
