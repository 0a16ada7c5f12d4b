// How long from a packet to its line at the collector? 1,000 denied packets a second, each logged over TCP; what is measured is
// from before the packet is sent to after its line is read, by the clock that all processes of a machine share.
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

import { parse, stringify } from "yaml";

import { address, Lab } from "../test/lab/lab.js";
import { configuration } from "../test/e2e/configuration.js";

const PACKETS = 5000;
const FIRST_PORT = 10_000;
const PORT = 6514;
const collectorProgram = fileURLToPath(new URL("../test/stream/latency-collector.js", import.meta.url));

const sender = `
  const socket = require("dgram").createSocket("udp4");
  const times = [];
  socket.bind(0, () => {
    const start = process.hrtime.bigint();
    const timer = setInterval(() => {
      const due = Number((process.hrtime.bigint() - start) / 1000000n);
      for (; times.length < Math.min(due, ${PACKETS}); ) {
        times.push(process.hrtime.bigint());
        socket.send("x", ${FIRST_PORT} + times.length - 1, "${address.untrust.inet}");
      }
      if (times.length === ${PACKETS}) { clearInterval(timer); console.log(times.join(" ")); setTimeout(() => socket.close(), 200); }
    }, 1);
  });`;

const config = parse(await configuration({ "trust->untrust": [{ name: "no", then: "deny" as const }] })) as {
  security: { log: { stream: object[] } };
};
config.security.log.stream = [
  { name: "latency", host: "127.0.0.1", port: PORT, transport: { protocol: "tcp" }, category: ["policy"] },
];
const lab = await Lab.start(stringify(config));
try {
  const collector = lab.fw.start("collector", [process.execPath, collectorProgram, String(PORT), String(PACKETS)]);
  await collector.printed(/listening/);
  await collector.printed(/connected/, 20);
  const sent = (await lab.trust.run([process.execPath, "-e", sender])).stdout.trim().split(" ").map(BigInt);
  const [, text] = await collector.printed(/^times (.*)$/m, 30);
  const arrived = text!.split(" ").map((pair) => pair.split(":") as [string, string]);
  const delays = arrived
    .map(([port, time]) => Number(BigInt(time) - sent[Number(port) - FIRST_PORT]!) / 1e6)
    .sort((a, b) => a - b);
  for (const [metric, share] of [
    ["p50", 0.5],
    ["p99", 0.99],
  ] as const)
    console.log(
      JSON.stringify({
        bench: "bench-log-latency",
        metric: `packet to collector, ${metric}`,
        value: Number(delays[Math.floor(delays.length * share)]!.toFixed(3)),
        unit: "ms",
        peer: null,
        peer_value: null,
        ratio: null,
        conditions: `${delays.length} of ${PACKETS} denied packets at 1000/s, sd-syslog over TCP; ${cpus().length} x ${cpus()[0]?.model ?? "unknown cpu"}, Node ${process.versions.node}`,
      }),
    );
} finally {
  await lab.close();
}
