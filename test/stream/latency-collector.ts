// latency-collector.ts PORT COUNT: takes lines of denied packets and prints when each came, by its destination port.
// SPDX-License-Identifier: Apache-2.0
import { FrameServer } from "../../daemon/src/syslog/frame-server.js";

const [port, count] = process.argv.slice(2).map(Number) as [number, number];
const server = await FrameServer.listen({ host: "0.0.0.0", port });
console.log("listening");
await server.untilConnected(1);
console.log("connected");
const times: string[] = [];
while (times.length < count) {
  const more = server.until(times.length + 1);
  const silence = new Promise((resolve) => setTimeout(resolve, 3000));
  if (times.length > 0) await Promise.race([more, silence]);
  else await more;
  if (server.lines.length === times.length) break;
  const now = process.hrtime.bigint();
  for (const line of server.lines.slice(times.length))
    times.push(`${/ destination-port="(\d+)"/.exec(line)?.[1] ?? 0}:${now}`);
}
// What is missing is the caller's to judge.
process.stdout.write(`times ${times.join(" ")}\n`, () => process.exit(0));
