// What does a firewall cost that has nothing to do? Processor time of daemon and helper over BENCH_SECONDS (20), with streams over UDP, TCP
// and into a file, and with no stream at all.
import { readdirSync, readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { parse, stringify } from "yaml";

import { configuration } from "../test/e2e/configuration.js";
import { Lab } from "../test/lab/lab.js";
import type { Running } from "../test/lab/process.js";

const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 20);
/** After a commit: connections are made, code is compiled, caches are filled. */
const SETTLE_MS = 5_000;

/** Nanoseconds that all threads of a process have run. */
function ran(running: Running): number {
  const tasks = `/proc/${running.pid}/task`;
  return readdirSync(tasks).reduce(
    (sum, task) => sum + Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]),
    0,
  );
}

const base = parse(await configuration({ "trust->untrust": [{ name: "no", then: "deny" as const }] })) as {
  security: { log: { stream: object[] } };
};
const lab = await Lab.start(stringify(base));
try {
  const { daemon, helper } = lab.firewall;
  const streams = [
    { name: "udp", host: "10.99.0.2", port: 514 },
    { name: "tcp", host: "10.99.0.2", port: 514, transport: { protocol: "tcp" } },
    { name: "file", file: { path: join(lab.firewall.stateDirectory, "lines") } },
  ];
  for (const stream of [[], streams]) {
    base.security.log.stream = stream;
    await lab.firewall.apply(stringify(base));
    await sleep(SETTLE_MS);
    const before = [ran(daemon!), ran(helper!)] as const;
    const from = process.hrtime.bigint();
    await sleep(SECONDS * 1000);
    const nanoseconds = Number(process.hrtime.bigint() - from);
    const after = [ran(daemon!), ran(helper!)] as const;
    for (const [index, name] of ["daemon", "helper"].entries())
      console.log(
        JSON.stringify({
          bench: "bench-idle",
          metric: `${name}, ${stream.length} streams`,
          value: Number(((100 * (after[index]! - before[index]!)) / nanoseconds).toFixed(3)),
          unit: "% of a core",
          peer: null,
          peer_value: null,
          ratio: null,
          conditions: `no packets, over ${SECONDS} s; load ${loadavg()[0]!.toFixed(1)}, ${cpus().length} x ${cpus()[0]?.model ?? "unknown cpu"}, Node ${process.versions.node}`,
        }),
      );
  }
} finally {
  await lab.close();
}
