// What an operator sees: the CLI against the running firewall.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { address, Lab } from "../lab/lab.js";

describe("the operator's view", { timeout: 120_000 }, () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start();
    await lab.host(lab.untrust);
    await lab.host(lab.dmz);
  });
  after(async () => {
    await lab?.close();
  });

  test("show policies counts what each policy decided", async () => {
    await lab.trust.run(["curl", "-sS", "--max-time", "5", `http://${address.untrust.inet}/`]);
    await lab.trust.run(["nc", "-nz", "-w", "2", address.untrust.inet, "23"], { check: false });
    const policies = await lab.firewall.cliJson<{ name: string; hits: number; sessions: number }[]>("show", "policies");
    const by = (name: string) => policies.find((policy) => policy.name === name);
    assert.equal(by("users-to-internet")!.hits, 1);
    assert.equal(by("no-telnet")!.hits, 1);
    assert.equal(by("public-web")!.hits, 0);
  });

  test("show sessions lists a live session and clear sessions ends it with reason CLI", async () => {
    const client = lab.untrust.start("client", [
      process.execPath,
      "-e",
      `const s = require("net").connect(80, "${address.dmz.inet}", () => console.log("port " + s.localPort)); s.on("error", () => 0);`,
    ]);
    const port = Number((await client.printed(/port (\d+)/))[1]);
    const from = lab.collector.received.length;
    const sessions = await lab.firewall.cliJson<
      { source: string; destination: string; policy: string; state?: string }[]
    >("show", "sessions");
    const ours = sessions.filter((session) => JSON.stringify(session).includes(String(port)));
    assert.equal(ours.length, 1, JSON.stringify(sessions));
    await lab.firewall.cli(["clear", "sessions"]);
    const close = await lab.collector.expect(
      "SESSION_CLOSE",
      (line) => line.tag === "RT_FLOW_SESSION_CLOSE" && line.fields["source-port"] === String(port),
      from,
    );
    assert.equal(close.fields["reason"], "CLI");
    await client.stop("SIGKILL");
  });

  test("explain tells what would happen to a packet, and changes nothing", async () => {
    // Counters of packets are left out: a host may still retransmit something of an earlier connection.
    const decided = async (): Promise<unknown> => [
      await lab.firewall.cliJson<unknown>("show", "policies"),
      (await lab.firewall.cliJson<{ events: unknown }>("show", "counters")).events,
    ];
    const before = await decided();
    const denied = await lab.firewall.cli([
      "explain",
      "--from",
      "untrust",
      `${address.untrust.inet}:40000`,
      `${address.trust.inet}:443`,
      "tcp",
    ]);
    assert.match(denied.stdout, /deny-and-log/);
    assert.match(denied.stdout, /deny/i);
    const allowed = await lab.firewall.cli([
      "explain",
      "--from",
      "trust",
      `${address.trust.inet}:40000`,
      `${address.untrust.inet}:80`,
      "tcp",
    ]);
    assert.match(allowed.stdout, /users-to-internet/);
    assert.match(allowed.stdout, /ge-0\/0\/1\.0/);
    assert.deepEqual(await lab.firewall.cliJson<unknown>("show", "sessions"), []);
    assert.deepEqual(await decided(), before);
  });

  test("show interfaces, zones, routes and neighbors know the laboratory", async () => {
    assert.match((await lab.firewall.cli(["show", "interfaces"])).stdout, /ge-0\/0\/0\.0.*trust0|trust0.*ge-0\/0\/0/s);
    assert.match((await lab.firewall.cli(["show", "zones"])).stdout, /untrust/);
    assert.match((await lab.firewall.cli(["show", "routes"])).stdout, /198\.51\.100\.0\/24/);
    await lab.trust.run(["curl", "-sS", "--max-time", "5", `http://${address.untrust.inet}/`]);
    assert.match((await lab.firewall.cli(["show", "neighbors"])).stdout, /192\.0\.2\.10/);
  });

  test("log shows live events, one line each", async () => {
    const { Running } = await import("../lab/process.js");
    const log = new Running("log", lab.firewall.cliCommand(["log", "--json", "--kind", "deny"]));
    try {
      for (let attempt = 0; attempt < 20 && !log.stdout.includes("\n"); attempt++) {
        // until the stream is open
        await lab.untrust.run(["bash", "-c", `echo x > /dev/udp/${address.trust.inet}/${5000 + attempt}`]);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      const event = JSON.parse(log.stdout.split("\n")[0]!) as Record<string, unknown>;
      assert.match(JSON.stringify(event), /POLICY_DENY/);
      assert.match(JSON.stringify(event), /192\.0\.2\.10/);
    } finally {
      await log.stop();
    }
  });

  test("a CLI without a daemon says so and exits with 3", async () => {
    const { run } = await import("../lab/process.js");
    const finished = await run(
      [...lab.firewall.cliCommand(["status"])].map((word) =>
        word === lab.firewall.runDirectory ? "/tmp/ringwall-no-such-run-directory" : word,
      ),
      { check: false },
    );
    assert.equal(finished.code, 3);
  });
});
