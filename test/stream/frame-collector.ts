// frame-collector.ts PORT: a collector on all addresses that prints what it gets, a line for each. SPDX-License-Identifier: Apache-2.0
import { FrameServer } from "../../daemon/src/syslog/frame-server.js";

const server = await FrameServer.listen({ host: "0.0.0.0", port: Number(process.argv[2]) });
console.log("listening");
for (let printed = 0; ;) {
  await server.until(printed + 1);
  console.log(server.lines.slice(printed).join("\n"));
  printed = server.lines.length;
}
