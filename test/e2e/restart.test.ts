// Either process may die at any moment: traffic fails closed without the helper, events wait without the daemon.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Capture } from "../lab/capture.js";
import type { Received } from "../lab/collector.js";
import { address, Lab } from "../lab/lab.js";
import { configuration } from "./configuration.js";

const policies = {
  "trust->untrust": [
    { name: "echo", then: "permit" as const, application: ["junos-echo", "echo-tcp"] },
    { name: "web", then: "permit" as const, application: ["junos-http"] },
  ],
};
const curl = [
  "curl",
  "-sS",
  "--max-time",
  "5",
  "--retry",
  "10",
  "--retry-delay",
  "1",
  "--retry-all-errors",
  `http://${address.untrust.inet}/`,
];

// Opens `count` UDP flows from ports 20000 upwards, one each 10 ms, and waits for each one's echo.
const flows = (count: number, first: number): string => `
  const dgram = require("dgram");
  let done = 0;
  for (let i = 0; i < ${count}; i++) setTimeout(() => {
    const s = dgram.createSocket("udp4");
    s.bind(${first} + i, () => s.send("x", 7, "${address.untrust.inet}"));
    s.on("message", () => { s.close(); if (++done === ${count}) { console.log("all"); process.exit(0); } });
  }, i * 10);
  setTimeout(() => { console.log("only " + done); process.exit(1); }, 60000);`;

describe("restarts end to end", { timeout: 240_000 }, () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start(await configuration(policies));
    await lab.host(lab.untrust);
  });
  after(async () => {
    await lab?.close();
  });

  test("events made while the daemon is dead for ten seconds arrive after its restart, each once", async () => {
    const from = lab.collector.received.length;
    const count = 1200,
      first = 20000;
    const traffic = lab.trust.start("flows", [process.execPath, "-e", flows(count, first)]);
    const isOurs = (line: Received): boolean =>
      line.tag === "RT_FLOW_SESSION_CREATE" &&
      line.fields["destination-port"] === "7" &&
      Number(line.fields["source-port"]) >= first;
    await lab.collector.expectCount("SESSION_CREATE", isOurs, 50, from);
    await lab.firewall.daemon!.stop("SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 10_000)); // the ten seconds of the issue
    await lab.firewall.startDaemon();
    await traffic.printed(/all/, 70);
    await lab.collector.expectCount("SESSION_CREATE", isOurs, count, from, 30);
    // One more flow: the ring and the stream keep order, so a line sent twice would be here before this one's.
    await lab.trust.run(curl);
    await lab.collector.expect(
      "SESSION_CREATE",
      (line) => line.tag === "RT_FLOW_SESSION_CREATE" && line.fields["destination-port"] === "80",
      from,
    );
    const lines = lab.collector.received.slice(from).filter(isOurs);
    const ports = lines.map((line) => Number(line.fields["source-port"])).sort((a, b) => a - b);
    assert.deepEqual(
      ports,
      Array.from({ length: count }, (_, i) => first + i),
    );
    assert.ok(
      lines.every((line) => line.fields["policy-name"] === "echo" && line.fields["source-zone-name"] === "trust"),
      "names of the generation that decided",
    );
  });

  test("with the helper killed nothing passes, and its next start takes over and gets its configuration back by itself", async () => {
    await lab.trust.run(curl);
    await lab.firewall.helper!.stop("SIGKILL");
    const there = await Capture.start(lab.untrust, `host ${address.trust.inet}`);
    const ping = await lab.trust.run(["ping", "-c", "5", "-i", "0.2", "-W", "1", address.untrust.inet], {
      check: false,
    });
    assert.match(ping.stdout, /0 received/);
    assert.deepEqual(
      (await there.stop()).filter((packet) => packet.source === address.trust.inet),
      [],
    );
    const from = lab.collector.received.length;
    await lab.firewall.startHelper();
    const page = await lab.trust.run(curl);
    assert.match(page.stdout, /^hello/);
    const open = await lab.collector.expect(
      "SESSION_CREATE",
      (line) => line.tag === "RT_FLOW_SESSION_CREATE" && line.fields["destination-port"] === "80",
      from,
    );
    assert.equal(open.fields["policy-name"], "web");
  });

  test("an orderly stop closes the sessions, says so, and leaves the firewall closed", async () => {
    const from = lab.collector.received.length;
    const socket = lab.trust.start("idle", [
      process.execPath,
      "-e",
      `const s = require("net").connect(7, "${address.untrust.inet}", () => console.log("port " + s.localPort)); s.on("error", () => 0); setTimeout(() => 0, 60000);`,
    ]);
    const port = (await socket.printed(/port (\d+)/))[1]!;
    await lab.firewall.helper!.stop("SIGTERM");
    const close = await lab.collector.expect(
      "SESSION_CLOSE",
      (line) => line.tag === "RT_FLOW_SESSION_CLOSE" && line.fields["source-port"] === port,
      from,
    );
    assert.equal(close.fields["reason"], "shutdown");
    const ping = await lab.trust.run(["ping", "-c", "2", "-i", "0.2", "-W", "1", address.untrust.inet], {
      check: false,
    });
    assert.match(ping.stdout, /0 received/);
    await socket.stop("SIGKILL");
    await lab.firewall.startHelper();
    await lab.trust.run(curl);
  });
});
