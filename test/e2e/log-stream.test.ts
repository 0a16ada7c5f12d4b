// A log over TCP from the packet to the collector, and a firewall that lets nothing new through while that log is down.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { parse, stringify } from "yaml";

import type { Counters, LogStreamTest, Status, StreamView } from "../../daemon/src/http/api.js";
import { address, Lab } from "../lab/lab.js";
import type { Running } from "../lab/process.js";
import { configuration } from "./configuration.js";

const program = fileURLToPath(new URL("../stream/frame-collector.js", import.meta.url));
const PORT = 6514;
const policies = {
  "trust->untrust": [{ name: "echo", then: "permit" as const, application: ["junos-echo"] }],
};

/** Sends one datagram to the echo service and says whether an answer came within a second. */
const ask = (port: number): string[] => [
  process.execPath,
  "-e",
  `const s = require("dgram").createSocket("udp4");
   s.bind(${port}, () => s.send("x", 7, "${address.untrust.inet}"));
   s.on("message", () => { console.log("answer"); process.exit(0); });
   setTimeout(() => { console.log("silence"); process.exit(0); }, 1000);`,
];

describe("a log that must be delivered, end to end", { timeout: 120_000 }, () => {
  let lab: Lab;
  let collector: Running;
  let port = 21_000;
  const answered = async (from = ++port): Promise<boolean> =>
    (await lab.trust.run(ask(from))).stdout.trim() === "answer";
  const stream = async (): Promise<StreamView> =>
    (await lab.firewall.cliJson<StreamView[]>("show", "log", "streams")).find(({ name }) => name === "must")!;
  const refused = async (): Promise<number> =>
    (await lab.firewall.cliJson<Counters>("show", "counters")).drops["log-delivery"] ?? 0;
  const collect = async (): Promise<void> => {
    collector = lab.fw.start("frames", [process.execPath, program, String(PORT)]);
    await collector.printed(/listening/);
  };

  before(async () => {
    const config = parse(await configuration(policies)) as { security: { log: { stream: object[] } } };
    config.security.log.stream.push({
      name: "must",
      host: "127.0.0.1",
      port: PORT,
      transport: { protocol: "tcp" },
      category: ["session"],
      "require-delivery": true,
    });
    lab = await Lab.start(stringify(config));
    await lab.host(lab.untrust);
  });
  after(async () => {
    await lab?.close();
  });

  test("without its collector no session opens, and the firewall says why", async () => {
    assert.equal(await answered(), false);
    assert.equal(await refused(), 1);
    const { problem } = await lab.firewall.cliJson<Status>("status");
    assert.match(
      problem,
      /^log stream must, which must deliver, is down \(ECONNREFUSED\): no new session is let through$/,
    );
  });

  test("with it sessions open, and each line is at the collector once", async () => {
    await collect();
    while ((await stream()).state !== "up") await new Promise((resolve) => setTimeout(resolve, 50)); // it tries by itself
    assert.equal(await answered(), true);
    await collector.printed(new RegExp(`RT_FLOW_SESSION_CREATE .*source-port="${port}"`));
    const test = await lab.firewall.cliJson<LogStreamTest>("test", "log-stream", "must");
    assert.equal(test.sent, true);
    await collector.printed(/RTLOG_TEST/);
    const lines = collector.stdout.split("\n").filter((line) => line.includes("SESSION_CREATE"));
    assert.equal(lines.length, 1);
    const { accounts, waiting } = await stream();
    const { sent, inDoubt, filtered } = accounts.find(({ kind }) => kind === "SESSION_OPEN")!;
    assert.deepEqual({ sent, inDoubt, filtered, waiting }, { sent: 1, inDoubt: 0, filtered: 0, waiting: 0 });
    assert.equal(accounts.find(({ kind }) => kind === "NOTICE")!.sent, 1);
    assert.equal((await lab.firewall.cliJson<Status>("status")).problem, "");
  });

  test("when the daemon dies sessions open for a few seconds more, then none until it is back; open ones go on", async () => {
    const open = port;
    const before = await refused();
    await lab.firewall.daemon!.stop("SIGKILL");
    while (await answered()); // what the daemon said last holds for five seconds
    assert.equal(await answered(open), true, "an open session goes on");
    await lab.firewall.startDaemon();
    while ((await stream()).state !== "up") await new Promise((resolve) => setTimeout(resolve, 50)); // as above
    assert.equal(await answered(), true);
    assert.equal(await refused(), before + 1);
  });

  test("when the collector goes away no session opens from then on", async () => {
    await collector.stop("SIGKILL");
    while ((await stream()).state === "up") await new Promise((resolve) => setTimeout(resolve, 50)); // told by the network
    assert.equal(await answered(), false);
  });
});
