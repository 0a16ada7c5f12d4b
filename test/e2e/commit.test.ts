// Commits under traffic: what loses its permission stops and says why; what keeps it loses not one packet; what is wrong is refused whole.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { address, Lab } from "../lab/lab.js";
import { configuration } from "./configuration.js";

const both = {
  "trust->untrust": [
    { name: "echo", then: "permit" as const, application: ["junos-echo", "echo-tcp"] },
    { name: "discard", then: "permit" as const, application: ["discard-tcp"] },
  ],
};
const echoOnly = { "trust->untrust": [both["trust->untrust"][0]!] };

// Sends numbered datagrams to the echo service, one each millisecond, prints "half" in the middle and then the numbers that never came back.
const numbered = (count: number): string => `
  const s = require("dgram").createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
  const missing = new Set(Array.from({ length: ${count} }, (_, i) => i));
  let next = 0;
  s.on("message", (m) => { missing.delete(m.readUInt32BE(0)); if (missing.size === 0) { console.log("missing 0"); process.exit(0); } });
  s.connect(7, "${address.untrust.inet}", () => {
    const timer = setInterval(() => {
      const b = Buffer.alloc(64); b.writeUInt32BE(next++); s.send(b);
      if (next === ${count} / 2) console.log("half");
      if (next === ${count}) { clearInterval(timer); setTimeout(() => { console.log("missing " + missing.size + ": " + [...missing].slice(0, 20)); process.exit(0); }, 2000); }
    }, 1);
  });`;

const upload = `
  const s = require("net").connect(9, "${address.untrust.inet}", () => {
    console.log("port " + s.localPort);
    const more = () => { while (s.write(Buffer.alloc(16384))); };
    s.on("drain", more); more();
  });
  s.on("error", () => process.exit(0));
  setTimeout(() => process.exit(0), 60000);`;

describe("commit end to end", { timeout: 240_000 }, () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start(await configuration(both));
    await lab.host(lab.untrust);
  });
  after(async () => {
    await lab?.close();
  });

  test("a commit that does not touch a flow's permission loses not one of its packets", async () => {
    const sender = lab.trust.start("numbered", [process.execPath, "-e", numbered(4000)]);
    await sender.printed(/half/);
    await lab.firewall.apply(await configuration({ ...both, "untrust->dmz": [{ name: "other", then: "permit" }] }));
    await lab.firewall.apply(await configuration(both));
    const done = await sender.printed(/missing .*/);
    assert.equal(done[0], "missing 0");
    await sender.ended;
  });

  test("a commit that removes a permit stops the running transfer and closes its session as policy delete", async () => {
    const from = lab.collector.received.length;
    const transfer = lab.trust.start("upload", [process.execPath, "-e", upload]);
    const port = (await transfer.printed(/port (\d+)/))[1]!;
    await lab.collector.expect(
      "SESSION_CREATE",
      (line) => line.tag === "RT_FLOW_SESSION_CREATE" && line.fields["source-port"] === port,
      from,
    );
    await lab.firewall.apply(await configuration(echoOnly));
    const close = await lab.collector.expect(
      "SESSION_CLOSE",
      (line) => line.tag === "RT_FLOW_SESSION_CLOSE" && line.fields["source-port"] === port,
      from,
    );
    assert.equal(close.fields["reason"], "policy delete");
    assert.equal(close.fields["policy-name"], "discard", "the name of the policy that had permitted it");
    const received = async (): Promise<number> => {
      const sockets = await lab.untrust.run(["ss", "-tinH", "sport = :9"]);
      return Number(/bytes_received:(\d+)/.exec(sockets.stdout)?.[1] ?? 0);
    };
    const before = await received();
    const drops = async (): Promise<number> =>
      (await lab.firewall.cliJson<{ drops: Record<string, number> }>("show", "counters")).drops["default-policy"] ?? 0;
    const dropped = await drops();
    for (let attempt = 0; attempt < 60 && (await drops()) === dropped; attempt++)
      await new Promise((resolve) => setTimeout(resolve, 100)); // the next retransmission
    assert.ok((await drops()) > dropped, "a retransmission must have been dropped by now");
    assert.equal(await received(), before);
    await transfer.stop("SIGKILL");
    await lab.firewall.apply(await configuration(both));
  });

  test("a configuration with errors is refused with every error at its path, and the old one stays in force", async () => {
    const before = await lab.firewall.cliJson<{ generation: number }>("status");
    const bad = (await configuration(both))
      .replace("junos-echo", "junos-ecko")
      .replace("from-zone: trust", "from-zone: trsut");
    const file = join(lab.firewall.directory, "bad.yaml");
    await writeFile(file, bad);
    for (const command of ["check", "apply"]) {
      const refused = await lab.firewall.cli([command, file], { check: false });
      assert.equal(refused.code, 1);
      assert.match(
        refused.stderr + refused.stdout,
        /security\.policies\[0\]\.from-zone: .*'trsut'.*did you mean 'trust'\?/,
      );
      assert.match(
        refused.stderr + refused.stdout,
        /security\.policies\[0\]\.policy\[0\]\.match\.application\[0\]: .*'junos-ecko'.*did you mean 'junos-echo'\?/,
      );
    }
    const now = await lab.firewall.cliJson<{ generation: number }>("status");
    assert.equal(now.generation, before.generation);
    const echo = await lab.trust.run([process.execPath, "-e", numbered(100)]);
    assert.match(echo.stdout, /missing 0/);
  });

  test("a configuration whose device does not exist is refused by the helper as a whole", async () => {
    const before = await lab.firewall.cliJson<{ generation: number }>("status");
    const file = join(lab.firewall.directory, "absent.yaml");
    await writeFile(file, (await configuration(both)).replace("device: dmz0", "device: absent0"));
    const refused = await lab.firewall.cli(["apply", file], { check: false });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr + refused.stdout, /absent0/);
    const now = await lab.firewall.cliJson<{ generation: number; helper: { generation: number } }>("status");
    assert.equal(now.generation, before.generation);
    const echo = await lab.trust.run([process.execPath, "-e", numbered(100)]);
    assert.match(echo.stdout, /missing 0/);
  });

  test("rollback brings the configuration before back", async () => {
    await lab.firewall.apply(await configuration(echoOnly));
    const dry = await lab.trust.run(["nc", "-nz", "-w", "1", address.untrust.inet, "9"], { check: false });
    assert.equal(dry.code, 1);
    await lab.firewall.cli(["rollback", "1"]);
    await lab.trust.run(["nc", "-nz", "-w", "2", address.untrust.inet, "9"]);
  });
});
